"""Import this before anything else in the web UI's process: what waits for a socket lets the other greenlets go on.

Threads and locks stay the system's. Requests run in threads of a pool: a lock of gevent's that two of them share may
never wake the one that waits, and a thread that is started there would be a greenlet of a thread that does not come
back to it.
"""

from gevent import monkey

monkey.patch_socket()
monkey.patch_dns()
monkey.patch_ssl()
monkey.patch_select()
monkey.patch_time()
