"""The op table, one family a file."""
