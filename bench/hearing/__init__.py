"""What the measurements of speech share: human prompts with their texts, raw Vosk, and callers in real time."""
