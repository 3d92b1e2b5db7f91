"""Rules about call mode and freezing (TRN)."""
