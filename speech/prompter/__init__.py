"""The prompter: what is said and what happens in a call goes in, hint cards come out. Pure; see `speech.hints`."""
