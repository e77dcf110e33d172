"""What a worker does: samples in, words out. One thread; nothing here knows of sockets or other processes."""
