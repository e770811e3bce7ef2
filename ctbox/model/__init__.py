"""Networks, training and inference: the only home of torch."""
