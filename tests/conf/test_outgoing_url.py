"""Where an outgoing request may go, before anything is sent."""

import pytest

from conf.outgoing.address import check_address, networks
from conf.outgoing.errors import OutgoingRefused
from conf.outgoing.url import join, read

PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1
192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1
64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 5f00::1 fc00::1
fd00:ec2::254 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 4000::1
""".split()  # noqa: SIM905 - a table


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address):
    with pytest.raises(OutgoingRefused):
        check_address(address, ())


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "172.32.0.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_pass(address):
    check_address(address, ())


def test_the_operator_opens_networks_and_only_those():
    allow = networks(["10.1.0.0/16", "fd00::/64"])
    check_address("10.1.2.3", allow)
    check_address("::ffff:10.1.2.3", allow)
    check_address("fd00::5", allow)
    for address in ("10.2.0.1", "fd00:1::5"):
        with pytest.raises(OutgoingRefused):
            check_address(address, allow)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/", "file:///etc/passwd", "gopher://a.example/", "//a.example/", "a.example", "", "http://",
        "http:///path", "http://user@a.example/", "http://user:password@a.example/", "http://a.example\\@b.example/",
        "http://a.example\\b/", "http://a b.example/", "http://a.example\r\nX: y/", "http://a.exam\tple/",
        "http://a..example/", "http://.example/", "http://a.example../", "http://a.example:0/", "http://a.example:99999/",
        "http://a.example:8o/", "http://a.example:25/", "http://a.example:22/", "http://a.example:5060/",
        "http://[::1/", "http://[fe80::1%25eth0]/", "http://[v1.x]/", "http://a%2eexample/", "http://a.example%00/",
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/",
        "http://127.0.0.01/", "http://1.2.3.4.5/", "http://a.example.1/", "http://a.0x/", "http://256.1.1.1/",
        "http://" + "a" * 64 + ".example/", "http://a.example/" + "a" * 9000, "http://-a.example/", "http://\ud800.example/",
        "http://\u2488.example/",
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_refused(url):
    with pytest.raises(OutgoingRefused):
        read(url)


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("http://A.Example", "http://a.example/"),
        ("https://a.example.:443?x=1#y", "https://a.example/?x=1"),
        ("http://a.example:8080/é b/%41?q=é&r=<>", "http://a.example:8080/%C3%A9%20b/%41?q=%C3%A9&r=%3C%3E"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("http://①②⑦。⓪。⓪。①/", "http://127.0.0.1/"),
        ("http://１２７.0.0.1/", "http://127.0.0.1/"),
        ("http://127.0.0.1./", "http://127.0.0.1/"),
        ("http://[2606:4700:0::1]/", "http://[2606:4700::1]/"),
        ("http://[::FFFF:127.0.0.1]:8080/", "http://[::ffff:7f00:1]:8080/"),
    ],
)
def test_how_a_url_is_understood(url, seen):
    assert str(read(url)) == seen


def test_redirects_are_read_against_where_they_came_from():
    base = read("https://a.example/x/y")
    assert str(join(base, "../z?q")) == "https://a.example/z?q"
    assert str(join(base, "//b.example/z")) == "https://b.example/z"
    for location in ("http://a.example/", "javascript:alert(1)", "https://u@b.example/", "/a b", "/a\r\nX: y", "//["):
        with pytest.raises(OutgoingRefused):
            join(base, location)
