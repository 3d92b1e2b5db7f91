"""Training: `trainer.py` holds fit, evaluate and predict; `steps.py` one step of each."""
