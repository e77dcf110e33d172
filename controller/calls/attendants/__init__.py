"""What goes on beside the flow of a call: its state lies on the channel, and whoever adopts the call takes it up."""
