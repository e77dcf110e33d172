"""What calls use of speech. Today the voice in a worker beside them; the speech server later, behind the same names."""

from speech.voice import Voice, VoiceError

__all__ = ["Voice", "VoiceError"]
