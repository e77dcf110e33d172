"""The XML a FreeSWITCH needs to be ours: profiles, the dialplan that hands calls to the controller, fax, xml_curl."""

from conf.freeswitch.render import render
from conf.freeswitch.start import command_line, find_binary
from conf.freeswitch.switch import Switch
from conf.freeswitch.trunk import Trunk

__all__ = ["Switch", "Trunk", "command_line", "find_binary", "render"]
