"""Messages that no phone sends: RFC 4475's torture tests after their own names, and what attackers write besides.

Each is whole bytes for one datagram. `{host}` is the server's, `{here}` the sender's address and port.
"""

# ruff: noqa: E501  a message stands on one line

from __future__ import annotations

import random
from collections.abc import Iterator

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\nm=audio 49170 RTP/AVP 8\r\n"
NUMBER = "+33123456789"
BASE = (
    "INVITE sip:{number}@{host} SIP/2.0\r\nVia: SIP/2.0/UDP {here};rport;branch=z9hG4bK{name}\r\n"
    "From: <sip:+33611111111@{here}>;tag=1{name}\r\nTo: <sip:{number}@{host}>\r\nCall-ID: {name}\r\n"
    "CSeq: 1 INVITE\r\nContact: <sip:+33611111111@{here}>\r\nMax-Forwards: 70\r\n"
)


def invite(name: str, host: str, here: str, *headers: str, body: str = SDP, number: str = NUMBER) -> str:
    """A sound INVITE with more headers."""
    lines = "".join(f"{header}\r\n" for header in headers)
    kind = f"Content-Type: application/sdp\r\nContent-Length: {len(body.encode('latin-1'))}\r\n\r\n"
    return BASE.format(name=name, host=host, here=here, number=number) + lines + kind + body


def rfc4475(host: str, here: str) -> dict[str, str]:
    """Most of sections 3.1 to 3.4, with our own addresses in them."""
    end = f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}"
    via = f"Via: SIP/2.0/UDP {here};rport;branch=z9hG4bK"

    def request(name: str, start: str, headers: str = "", method: str = "INVITE", tail: str = end) -> str:
        common = f"From: <sip:caller@{here}>;tag=a{name}\r\nTo: <sip:{NUMBER}@{host}>\r\nCall-ID: {name}.4475\r\n"
        common += f"CSeq: 7 {method}\r\nContact: <sip:caller@{here}>\r\nMax-Forwards: 70\r\n{via}{name}\r\n"
        return f"{start}\r\n{common}{headers}{tail}"

    to = f"sip:{NUMBER}@{host}"
    plain = f"INVITE {to} SIP/2.0"
    none = "Content-Length: 0\r\n\r\n"
    return {
        "wsinv": (
            f"INVITE sip:{NUMBER}@{host};unknownparam SIP/2.0\r\nTO :\r\n sip:{NUMBER}@{host} ;   tag    = 1918181833n\r\n"
            f'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@{here}>\r\n  ;\r\n  tag = 98asjd8\r\nMaX-fOrWaRdS: 0068\r\n'
            f"Call-ID: wsinv.ndaksdj\r\nContent-Length   : {len(SDP)}\r\ncseq: 0009\r\n  INVITE\r\nVia  : SIP  /   2.0\r\n"
            f" /UDP\r\n    {here};branch=390skdjuw\r\ns :\r\nNewFangledHeader:   newfangled value\r\n continued newfangled\r\n"
            f"UnknownHeaderWithUnusualValue: ;;,,;;,;\r\nContent-Type: application/sdp\r\nRoute:\r\n <sip:{host};lr;unknown>\r\n"
            f"v:  SIP  / 2.0  / TCP     {here}   ;\r\n  branch  =   z9hG4bK9ikj8\r\n"
            f'm:"Quoted string \\"\\"" <sip:jdrosen@{here}> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33\r\n\r\n{SDP}'
        ),
        "intmeth": request("intmeth", f"!interesting-Method0123456789_*+`.%indeed'~ {to} SIP/2.0", method="!x"),
        "esc01": request("esc01", f"INVITE sip:sips%3Auser%40example.com@{host};other-param=summit SIP/2.0"),
        "escnull": request("escnull", f"REGISTER sip:{host} SIP/2.0", "Contact: <sip:%00%00@x>\r\n", "REGISTER", none),
        "esc02": request("esc02", f"RE%47IST%45R sip:{host} SIP/2.0", method="RE%47IST%45R", tail=none),
        "lwsdisp": request("lwsdisp", f"OPTIONS {to} SIP/2.0", f"P-Asserted-Identity: caller<sip:a@{here}>\r\n", "OPTIONS", none),
        "longreq": request("longreq", plain, f"Unknown-{'long' * 40}: {'value ' * 60}\r\n" + f"{via}x{'y' * 200}\r\n" * 30),
        "dblreq": request("dblreq", f"REGISTER sip:{host} SIP/2.0", "", "REGISTER", none + invite("dbl2", host, here)),
        "semiuri": request("semiuri", f"OPTIONS sip:user;par=u%40example.net@{host} SIP/2.0", "", "OPTIONS", none),
        "transports": request("transports", f"OPTIONS {to} SIP/2.0", "Via: SIP/2.0/UNKNOWN x;branch=1\r\n", "OPTIONS", none),
        "mpart01": request("mpart01", plain, 'Content-Type: multipart/mixed;boundary="b"\r\n', tail="Content-Length: 40\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n\r\n\x00\x01\xff\r\n--b--\r\n"),
        "unreason": f"SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe\r\n{via}unreason\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: unreason\r\nCSeq: 3 INVITE\r\n{none}",
        "noreason": f"SIP/2.0 100 \r\n{via}noreason\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: noreason\r\nCSeq: 3 INVITE\r\n{none}",
        "badinv01": f"INVITE {to} SIP/2.0\r\nTo: <sip:j@{host}>\r\nFrom: sip:caller@{here};tag=1\r\nMax-Forwards: 7\r\nCall-ID: badinv\r\nCSeq: 8 INVITE\r\nVia: SIP/2.0/UDP {here};;,;,,\r\nContact: \"Joe\" <sip:joe@{here}>;;;;\r\n{end}",
        "clerr": request("clerr", plain, tail=f"Content-Type: application/sdp\r\nContent-Length: 9999\r\n\r\n{SDP}"),
        "ncl": request("ncl", plain, tail=f"Content-Type: application/sdp\r\nContent-Length: -999\r\n\r\n{SDP}"),
        "hugecl": request("hugecl", plain, tail=f"Content-Length: 99999999999999999999\r\n\r\n{SDP}"),
        "scalar02": request("scalar02", f"REGISTER sip:{host} SIP/2.0", "Expires: 1000000000000000000000000000000\r\nCSeq: 36893488147419103232 REGISTER\r\nMax-Forwards: 300\r\n", "REGISTER", none),
        "scalarlg": f"SIP/2.0 503 Service Unavailable\r\n{via}scalarlg\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: scalarlg\r\nCSeq: 9292394834772304023312 OPTIONS\r\nRetry-After: 949302838503028349304023988\r\nWarning: 1812 overture \"In Progress\"\r\n{none}",
        "quotbal": request("quotbal", plain, 'P-Asserted-Identity: "Mr. J. User <sip:j@example.com> <sip:realj@x>\r\n'),
        "ltgtruri": request("ltgtruri", f"INVITE <{to}> SIP/2.0"),
        "lwsruri": request("lwsruri", f"INVITE sip:{NUMBER}@{host}; lr SIP/2.0"),
        "lwsstart": request("lwsstart", f"INVITE  {to}  SIP/2.0"),
        "trws": request("trws", f"OPTIONS {to} SIP/2.0  ", "", "OPTIONS", none),
        "escruri": request("escruri", f"INVITE sip:user@{host}?Route=%3Csip:example.com%3E SIP/2.0"),
        "baddate": request("baddate", plain, "Date: Fri, 01 Jan 2010 16:00:00 EST\r\n"),
        "regbadct": request("regbadct", f"REGISTER sip:{host} SIP/2.0", f"Contact: sip:user@{here}?Route=%3Csip:x%3E\r\n", "REGISTER", none),
        "badaspec": request("badaspec", f"OPTIONS {to} SIP/2.0", 'To: "Watson, Thomas" < sip:t.watson@example.org >\r\n', "OPTIONS", none),
        "baddn": request("baddn", f"OPTIONS {to} SIP/2.0", "From: Bell, Alexander <sip:a.g.bell@x>;tag=43\r\n", "OPTIONS", none),
        "badvers": request("badvers", f"OPTIONS {to} SIP/7.0", "", "OPTIONS", none),
        "mismatch01": request("mismatch01", f"OPTIONS {to} SIP/2.0", "", "INVITE", none),
        "mismatch02": request("mismatch02", f"NEWMETHOD {to} SIP/2.0", "", "INVITE"),
        "bigcode": f"SIP/2.0 4294967301 better not break\r\n{via}bigcode\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: bigcode\r\nCSeq: 3 INVITE\r\n{none}",
        "badbranch": f"OPTIONS {to} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK\r\nFrom: <sip:a@{here}>;tag=1\r\nTo: <{to}>\r\nCall-ID: badbranch\r\nCSeq: 8 OPTIONS\r\nMax-Forwards: 7\r\n{none}",
        "insuf": f"INVITE {to} SIP/2.0\r\nCSeq: 193942 INVITE\r\n{via}insuf\r\n{end}",
        "unkscm": request("unkscm", "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", "", "OPTIONS", none),
        "novelsc": request("novelsc", "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0", "", "OPTIONS", none),
        "unksm2": request("unksm2", f"REGISTER sip:{host} SIP/2.0", "Contact: <name:John_Smith>\r\n", "REGISTER", none),
        "bext01": request("bext01", f"OPTIONS {to} SIP/2.0", "Require: nothingSupportsThis\r\nProxy-Require: noProxiesSupportThis\r\n", "OPTIONS", none),
        "invut": request("invut", plain, tail="Content-Type: application/unknownformat\r\nContent-Length: 8\r\n\r\n<audio/>"),
        "regaut01": request("regaut01", f"REGISTER sip:{host} SIP/2.0", "Authorization: NoOneKnowsThisScheme opaque-data=here\r\n", "REGISTER", none),
        "multi01": request("multi01", plain, f"CSeq: 5 INVITE\r\nCall-ID: other\r\nTo: <sip:x@y>\r\nFrom: <sip:x@y>;tag=z\r\nMax-Forwards: 5\r\nContact: <sip:z@{here}>\r\n"),
        "mcl01": request("mcl01", f"OPTIONS {to} SIP/2.0", "", "OPTIONS", "Content-Length: 13\r\nContent-Length: 5\r\n\r\nThere's no way"),
        "bcast": f"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\r\nVia: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: bcast\r\nCSeq: 3 INVITE\r\n{none}",
        "zeromf": request("zeromf", f"OPTIONS {to} SIP/2.0", "Max-Forwards: 0\r\n", "OPTIONS", none),
        "cparam01": request("cparam01", f"REGISTER sip:{host} SIP/2.0", "Contact: sip:+19725552222@gw1.example.net;unknownparam\r\n", "REGISTER", none),
        "sdp01": request("sdp01", plain, tail=f"Content-Type: application/sdp\r\nAccept: text/nobodyKnowsThis\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}"),
        "inv2543": f"INVITE {to} SIP/2.0\r\nVia: SIP/2.0/UDP {here}\r\nFrom: <sip:caller@{here}>\r\nTo: <{to}>\r\nCall-ID: inv2543.1717@x\r\nCSeq: 56 INVITE\r\n{end}",
    }  # fmt: skip


CODES = (
    "${{system(touch {bait})}}",
    "$${{system(touch {bait})}}",
    "'system%3Atouch%20{bait}'%20inline",
    "%0Avariable_souffleur_subscriber%3A%20durand%0A%0A",
    "%0D%0A%0D%0ABYE sip:x SIP/2.0",
    "a%00b\x00c",
    "Jos\xe9 \xff\xfe\x80",
    "]]>&lt;&amp;<!--{{{{caller}}}}",
    "ARRAY::a|:b|:${{system(touch {bait})}}",
    "^^:a=b:c=d",
    ",souffleur_subscriber=durand,x=",
    "}}{{souffleur_subscriber=durand}}",
    "\\n\\n\\nauth ClueCon",
    "'; drop table sip_registrations; --",
    "%s%s%s%n%n%n%1000000d",
)
HEADERS = (
    "X-Name", "Subject", "User-Agent", "User-to-User", "P-Asserted-Identity", "Remote-Party-ID", "Diversion",
    "History-Info", "Alert-Info", "Call-Info", "Accept-Language", "X-FS-Channel-Name", "X-FS-Support", "Referred-By",
    "Privacy", "Session-Expires", "Identity", "Geolocation", "Reason", "P-Charging-Vector", "Organization", "Date",
    "Authorization", "Proxy-Authorization", "Require", "Supported", "Allow", "Route", "Record-Route", "Timestamp",
    "variable_souffleur_subscriber", "souffleur_subscriber", "X-souffleur_call", "Content-Encoding", "Join", "Replaces",
    "Event", "Expires", "Min-SE", "Warning", "In-Reply-To", "Priority", "Path", "Security-Client",
)  # fmt: skip
SDPS = (
    "", "v=0", "\x00" * 500, "v=0\r\n" * 2000, "m=audio 1 RTP/AVP " + " ".join(map(str, range(2000))),
    SDP.replace("49170", "99999999999"), SDP.replace("49170", "-1"), SDP.replace("127.0.0.9", "not.an.address." * 40),
    SDP.replace("RTP/AVP 8", "RTP/AVP 8 8 8 8 8 300 -5 x"), SDP + "a=rtpmap:8 " + "X" * 5000 + "/8000\r\n",
    SDP + "a=fmtp:8 ${system(id)}\r\n" * 100, SDP + "m=audio 1 RTP/AVP 8\r\n" * 200, SDP + "m=image 5 udptl t38\r\n" * 50,
    SDP + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:\xff\xff\xff\r\n", SDP.replace("IP4", "IP6"),
    SDP.replace("\r\n", "\n"), SDP.replace("\r\n", "\r"), SDP + "a=candidate:1 1 UDP 1 ::1 1 typ host\r\n" * 300,
    SDP.replace("v=0", "v=" + "9" * 400), SDP.replace("c=IN", "c=" + "IN " * 300), SDP + "b=AS:" + "9" * 300 + "\r\n",
    SDP + "a=" + "%n" * 500 + "\r\n", SDP.replace("s=-", "s=" + "\x01\x02\xff" * 300), SDP.replace("8\r\n", "8"),
)  # fmt: skip


def written(host: str, here: str, bait: str) -> Iterator[tuple[str, bytes]]:
    """What attackers write: code, rubbish and far too much of it, where a name, a number or a description belongs."""
    for number, code in enumerate(code.format(bait=bait) for code in CODES):
        for place, header in enumerate(HEADERS):
            yield f"code{number}.{header}", invite(f"c{number}h{place}", host, here, f"{header}: {code}").encode("latin-1")
        named = BASE.replace("From: <", f'From: "{code}" <'.replace("{", "{{").replace("}", "}}"))
        yield (
            f"code{number}.display",
            (named.format(name=f"d{number}", host=host, here=here, number=NUMBER) + "Content-Length: 0\r\n\r\n").encode("latin-1"),
        )
    for number, body in enumerate(SDPS):
        yield f"sdp{number}", invite(f"s{number}", host, here, body=body).encode("latin-1")
    for size in (8_000, 64_000):
        yield f"header{size}", invite(f"long{size}", host, here, f"X-Long: {'x' * size}").encode()
        yield f"number{size}", invite(f"n{size}", host, here, number="1" * size).encode()[:65_000]
        yield f"via{size}", invite(f"v{size}", host, here, *[f"Via: SIP/2.0/UDP x{i};branch=1" for i in range(size // 40)]).encode()
    yield "fold", invite("fold", host, here, "Subject: a\r\n " + "b\r\n\t" * 500 + "c").encode()
    yield "twice", invite("twice", host, here, *["From: <sip:a@b>;tag=1", "To: <sip:a@b>", "Call-ID: x"] * 50).encode()
    yield "nul", invite("nul", host, here).replace("Max-Forwards", "Max\x00Forwards").encode()
    yield "colon", invite("colon", host, here, ":", ": x", "no colon at all", " ").encode()
    yield "bare", invite("bare", host, here).replace("\r\n", "\n").encode()


def broken(host: str, here: str, seed: int = 4475, flips: int = 300) -> Iterator[tuple[str, bytes]]:
    """Truncated messages, messages with single bytes changed, and noise; the same each time."""
    chance = random.Random(seed)  # noqa: S311 no secret
    whole = invite("cut", host, here).encode()
    for end in range(0, len(whole), 17):
        yield f"cut{end}", whole[:end]
    for number in range(flips):
        message = bytearray(invite(f"flip{number}", host, here).encode())
        for _ in range(chance.randint(1, 6)):
            message[chance.randrange(len(message))] = chance.randrange(256)
        yield f"flip{number}", bytes(message)
    for number in range(40):
        yield f"noise{number}", chance.randbytes(chance.randint(1, 3000))
    yield "stun", bytes.fromhex("000100002112a442") + b"\x01" * 12
    yield "keepalive", b"\r\n\r\n"
