"""What a subscriber's prompter is told to listen for, and what it leaves behind."""
