"""Fine-tuning in the window: the wizard, the run, the models."""
