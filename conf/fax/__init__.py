"""Faxes in the database: what is put in, taken, called and told. No web framework, no telephony."""
