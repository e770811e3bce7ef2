"""How good a model is: matching, metrics, reports."""
