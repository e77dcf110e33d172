"""The front of the speech process: its doors, and the workers behind them."""
