"""Models: `graph.py` orders the calls, `functional.py` and `sequential.py` run them."""
