import base64
import zlib

from odoo.tests import tagged

from ..common import GUIDE_MAIL
from .common_mime import FORM, MimeCase, attached, file, html, leaf, multi, packed

# Made with OpenSSL: a form signed as a whole, the same while it was written, and one encrypted.
SIGNED = """\
MIIBcwYJKoZIhvcNAQcCoIIBZDCCAWACAQExDTALBglghkgBZQMEAgEwgbkGCSqGSIb3DQEHAaCBqwSBqENvbnRl
bnQtVHlwZTogdGV4dC9wbGFpbjsgY2hhcnNldD11dGYtOA0KDQpjdXN0b21lcl9lbWFpbDogY3VzdG9tZXJAZXhh
bXBsZS5jb20NCmN1c3RvbWVyX25hbWU6IEpvaG4gRG9lDQpyZXF1ZXN0ZWRfZGF0ZTogMjAyNi0wMy0wNSAxNDow
MA0KZGVzY3JpcHRpb246IE5ldHdvcmsgaXNzdWUNCjGBjzCBjAIBATAkMAwxCjAIBgNVBAMMAUoCFEw56SBhvCym
wC073MGUkviPEZHwMAsGCWCGSAFlAwQCATAKBggqhkjOPQQDAgRIMEYCIQD/MGVlgdWY0nG3zQIBNLjjzpubsyTz
sfwB49IGlq/lQwIhAKmengs5isxpu6h/YfcslELAHQUdGxMOBTx0b/ocMikK"""
STREAMED = """\
MIAGCSqGSIb3DQEHAqCAMIACAQExDTALBglghkgBZQMEAgEwgAYJKoZIhvcNAQcBoIAkgASBqENvbnRlbnQtVHlw
ZTogdGV4dC9wbGFpbjsgY2hhcnNldD11dGYtOA0KDQpjdXN0b21lcl9lbWFpbDogY3VzdG9tZXJAZXhhbXBsZS5j
b20NCmN1c3RvbWVyX25hbWU6IEpvaG4gRG9lDQpyZXF1ZXN0ZWRfZGF0ZTogMjAyNi0wMy0wNSAxNDowMA0KZGVz
Y3JpcHRpb246IE5ldHdvcmsgaXNzdWUNCgAAAAAAADGBjjCBiwIBATAkMAwxCjAIBgNVBAMMAUoCFEw56SBhvCym
wC073MGUkviPEZHwMAsGCWCGSAFlAwQCATAKBggqhkjOPQQDAgRHMEUCIQC3Oe0TMpbBF0bPyp8qPzXi6UOJI9im
A2wAi57MEhLY7wIgIB5yFIzkQV+V/xZx68OqXCnM0GIw2SXfo6vsw4NWSeMAAAAAAAA="""
ENCRYPTED = """\
MIIBsAYJKoZIhvcNAQcDoIIBoTCCAZ0CAQIxgbehgbQCAQOgUaFPMAkGByqGSM49AgEDQgAEEsjIAona4DovtFil
rW/wBvpJzZA7kqWTSIzW7e9B0IgGGuf3VcL+vhoUKdgq++dtD9ExP3xIfxOWRZCtaqnqZzAYBgkrgQUQhkg/AAIw
CwYJYIZIAWUDBAEFMEIwQDAkMAwxCjAIBgNVBAMMAUoCFEw56SBhvCymwC073MGUkviPEZHwBBh2u/50l4FODMTQ
ji/5mA9CBnohhZIqnegwgd0GCSqGSIb3DQEHATAdBglghkgBZQMEAQIEECCdl+S0UeCsoVKIn5hoVSeAgbDXtYJb
uij2LpBGIQDOLPXZRvdhcP++t/TubUxrDO752mRVG+bPZwxxJwOQ8xc91nVpurn3nCPqHSYEv8VGVfnLI6b7y3HD
fbrbfpiebAytd2iFSCLLBSdIltpxvH5Y7QBZQadZiqi+dxj0k332pg8gVgdHiwa5alAIUnDGeaJIiuLEr1ZhA4NL
rMdAH5ptWj5VnEnNW0sFA7baTkOGTqE2DFQ/XHCuEMW9E8XEm7QeJQ=="""
SIGNED_DATA = "06092a864886f70d010702"
COMPRESSED_DATA = "060b2a864886f70d0109100109"
DATA = "06092a864886f70d010701"
P7M = 'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"'
DISPOSITION = 'Content-Disposition: attachment; filename="smime.p7m"'
BLANK = " "
CLEARSIGNED = f"""\
-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

{GUIDE_MAIL}-{BLANK}--{BLANK}
John{BLANK}Doe
-----BEGIN PGP SIGNATURE-----
Version: Example 2

iQEzBAEBCgAdFiEEexampleexampleexampleexampleFAl8AAAAKCRAexample0
AbCdEfGh=
=Ab1c
-----END PGP SIGNATURE-----
"""
PGP_MESSAGE = """\
-----BEGIN PGP MESSAGE-----

hF4Dexampleexampleexampleexampleexampleexampleexampleexampleexam
=Ab1c
-----END PGP MESSAGE-----
"""


def der(tag, *contents):
    content = b"".join(contents)
    return bytes([tag, 0x84]) + len(content).to_bytes(4, "big") + content


def wrap(content, kind=SIGNED_DATA):
    """A CMS structure round some bytes, or round an octet string in pieces."""
    octets = content if content[:1] == b"\x24" else der(0x04, content)
    inner = der(0x30, bytes.fromhex(DATA), der(0xA0, octets))
    content = der(0x30, b"\x02\x01\x01", der(0x31), inner, der(0x31))
    return der(0x30, bytes.fromhex(kind), der(0xA0, content))


def sealed(data, media_type=P7M):
    return packed(base64.encodebytes(data).decode(), media_type, DISPOSITION)


@tagged("post_install", "-at_install")
class TestMailSealed(MimeCase):
    """Mails that are signed, encrypted or packed as a whole."""

    def test_a_signed_form_is_read(self):
        form = FORM.encode()
        rich = multi("alternative", leaf("see the HTML"), html(GUIDE_MAIL.replace("\n", "<br>")))
        part = packed(SIGNED, P7M, DISPOSITION)
        footer = leaf("_" * 30 + "\nof the list")
        for label, entity in {
            "whole": part,
            "in pieces": packed(STREAMED, P7M, DISPOSITION),
            "by its old name": packed(SIGNED, "application/x-pkcs7-mime", DISPOSITION),
            "by the name of its file": packed(SIGNED, "application/octet-stream", DISPOSITION),
            "among others": multi("mixed", part, footer),
            "below a banner": multi("mixed", leaf("CAUTION: external mail"), part),
            "in both forms": sealed(wrap(rich.encode())),
            "signed twice": sealed(wrap(wrap(form))),
            "signed in a signed part": sealed(wrap(sealed(wrap(form)).encode())),
            "compressed": sealed(wrap(zlib.compress(form), COMPRESSED_DATA)),
            "without headers": sealed(wrap(b"\r\n" + GUIDE_MAIL.encode())),
            "text alone": sealed(wrap(b"Hello,\n\n" + GUIDE_MAIL.encode())),
        }.items():
            with self.subTest(label):
                draft = self._send_entity(entity)
                self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
                self.assertEqual(str(draft.start), "2026-03-05 14:00:00")
                self.assertIn("Network issue", draft.description)
                self.assertNotIn("list", draft.description)
                self.assertIn("Network issue", self._get_post(draft).body)
                self.assertIn("smime.p7m", self._get_file_names(draft))

    def test_files_inside_a_signed_mail_are_kept(self):
        inner = multi("mixed", FORM, file("photo.png", media_type="image/png"))
        draft = self._send_entity(sealed(wrap(inner.encode())))
        self._assert_accepted(draft)
        self.assertEqual(set(self._get_file_names(draft)), {"smime.p7m", "photo.png"})
        ticket = self._send_ticket(sealed(wrap(leaf("My printer is broken.").encode())))
        self.assertEqual(ticket.description, "My printer is broken.")

    def test_what_cannot_be_read_says_so(self):
        encrypted = packed(ENCRYPTED, P7M, DISPOSITION)
        pgp = multi(
            "encrypted; protocol=application/pgp-encrypted",
            leaf("Version: 1", "application/pgp-encrypted"),
            leaf(PGP_MESSAGE, 'application/octet-stream; name="encrypted.asc"'),
        )
        mangled = multi(
            "mixed",
            leaf(""),
            leaf("Version: 1", "application/pgp-encrypted"),
            leaf(PGP_MESSAGE, 'application/octet-stream; name="encrypted.asc"'),
        )
        winmail = file("winmail.dat", media_type="application/ms-tnef")
        footer = leaf("_" * 30 + "\nof the list")
        for label, (entity, words) in {
            "S/MIME": (encrypted, "is encrypted"),
            "S/MIME with a footer": (multi("mixed", encrypted, footer), "is encrypted"),
            "S/MIME inside a signed part": (sealed(wrap(encrypted.encode())), "is encrypted"),
            "PGP/MIME": (pgp, "is encrypted"),
            "PGP/MIME with a footer": (multi("mixed", pgp, footer), "is encrypted"),
            "PGP/MIME as Exchange leaves it": (mangled, "is encrypted"),
            "PGP": (leaf(PGP_MESSAGE), "is encrypted"),
            "PGP in both forms": (
                multi("alternative", leaf(PGP_MESSAGE), html(f"<pre>{PGP_MESSAGE}</pre>")),
                "is encrypted",
            ),
            "no CMS at all": (sealed(b"\x30\x80junk"), "signed or encrypted as a whole"),
            "cut off": (sealed(wrap(FORM.encode())[:200]), "signed or encrypted as a whole"),
            "winmail.dat": (winmail, "winmail.dat"),
            "winmail.dat with a footer": (multi("mixed", leaf(""), winmail, footer), "winmail.dat"),
        }.items():
            with self.subTest(label):
                draft = self._send_entity(entity)
                self.assertEqual(draft.intake_state, "review")
                self.assertIn(words, draft.intake_note)
                self.assertIn("requested_date", draft.intake_note)
                self.assertNotIn("holds no request form", draft.intake_note)
                self.assertFalse(draft.description, "what was not read is no description")
                self.assertIn(words, self._get_post(draft).body)
                answer = self.env["mail.mail"].search(
                    [("model", "=", draft._name), ("res_id", "=", draft.id)]
                )
                self.assertIn(words, str(answer.body_html))
                ticket = self._send_ticket(entity)
                self.assertIn(words, ticket.description)

    def test_the_reason_goes_with_the_answer(self):
        draft = self._send_entity(packed(ENCRYPTED, P7M, DISPOSITION))
        self.assertIn("encrypted", draft.intake_note)
        headers = [f"In-Reply-To: {draft.intake_references}"]
        self._send_entity(FORM, subject="Re: request", headers=headers)
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertNotIn("encrypted", draft.intake_note or "")
        self._send_entity(packed(ENCRYPTED, P7M, DISPOSITION), headers=headers)
        self.assertIn("is encrypted", self._get_post(draft).body)

    def test_text_beside_what_is_packed_is_read(self):
        winmail = file("winmail.dat", media_type="application/ms-tnef")
        self._assert_accepted(self._send_entity(multi("mixed", FORM, winmail)))
        self._assert_accepted(self._send_entity(leaf(GUIDE_MAIL + PGP_MESSAGE)))
        contract = packed(
            base64.b64encode(wrap(b"%PDF-1.7")).decode(),
            'application/pkcs7-mime; name="contract.pdf.p7m"',
            'Content-Disposition: attachment; filename="contract.pdf.p7m"',
        )
        self._assert_accepted(self._send_entity(multi("mixed", FORM, contract)))
        ticket = self._send_ticket(multi("mixed", leaf("Here it is."), contract))
        self.assertEqual(ticket.description, "Here it is.")
        self.assertEqual(self._get_file_names(ticket), ["contract.pdf.p7m"])

    def test_pgp_blocks_are_cut_off(self):
        key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBFexample\n=Ab1c\n"
        for label, entity in {
            "alone": leaf(CLEARSIGNED),
            "with a file": multi("mixed", leaf(CLEARSIGNED), file("a.pdf")),
            "as HTML": html("<div>" + CLEARSIGNED.replace("\n", "<br>") + "</div>"),
            "without an end": leaf(CLEARSIGNED.partition("-----END")[0]),
            "with a key": leaf(f"{GUIDE_MAIL}{key}-----END PGP PUBLIC KEY BLOCK-----\n"),
            "with a key without an end": leaf(GUIDE_MAIL + key),
        }.items():
            with self.subTest(label):
                draft = self._send_entity(entity)
                self._assert_accepted(draft)
                for mark in ("PGP", "Hash", "exampleexample"):
                    self.assertNotIn(mark, draft.intake_raw)
        draft = self._send_entity(leaf(CLEARSIGNED))
        self.assertNotIn("PGP", self._get_post(draft).body)
        self.assertIn("-- ", self._get_post(draft).body)
        file_ = self._get_post(draft).attachment_ids
        self.assertEqual(file_.name, "message.asc")
        self.assertIn(b"exampleexample", file_.raw)
        ticket = self._send_ticket(leaf(CLEARSIGNED.replace(GUIDE_MAIL, "My printer is broken.\n")))
        self.assertEqual(ticket.description, "My printer is broken.\n-- \nJohn Doe")

    def test_bombs_inside_are_bounded(self):
        pieces = b"\x24\x80" + b"\x04\x01x" * 200_000 + b"\0\0"
        html_bomb = html(GUIDE_MAIL.replace("\n", "<br>") + "<div>" * 5_000)
        nested = FORM
        for _level in range(60):
            nested = multi("mixed", nested)
        for label, entity, is_read in (
            ("pieces", sealed(wrap(pieces)), False),
            ("levels", sealed(wrap(b"\x24\x80" * 50_000)), False),
            ("air", sealed(wrap(zlib.compress(b"x" * 30_000_000), COMPRESSED_DATA)), False),
            ("elements", sealed(wrap(html_bomb.encode())), True),
            ("parts", sealed(wrap(nested.encode())), True),
            ("attached", multi("mixed", FORM, attached(html_bomb)), True),
        ):
            with self.subTest(label):
                draft = self._send_entity(entity)
                state = "accepted" if is_read else "review"
                self.assertEqual(draft.intake_state, state, draft.intake_note)
                self.assertEqual(
                    draft.intake_shortened, is_read, "what is cut is said, and attached"
                )
