"""Calls: from the offer to the record.

Where to begin: `session` (one call), `walker` (one command after another), `channel` (a command becomes applications).

- a call: offer, routing, ways, session, walker, channel, dialling, lookups, holding, record, apology, loops
- it outlives its controller: checkpoint, tally, earlier, ownership, pulse, lease, fleet, standing, channels, sweep,
  attended, drain
- what is written: journal, writer, spool, ledger, durable, cdr, cdr_folder, gap, timeline
- what is known: configuration, cache, memory, house, sounds
- FreeSWITCH as a whole: monitor, trunks, directory, threads
- seen and asked from outside: address, switchboard, control, board, peers, outside, originate, trial
- strangers: blocking (the rules, pure), doorkeeper, blocklist, firewall, crossing, elsewhere
"""
