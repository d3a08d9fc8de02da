"""An authority of our own over HTTPS that issues whatever ID token a test asks for, good or forged."""

import base64
import hashlib
import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "99999999-8888-7777-6666-555555555555"
OBJECT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

Claims = dict[str, object]
Signer = Callable[[Claims], str]


class Authority:
    """Serves discovery, keys and tokens; `claims` and `sign` are what the next ID token is made of."""

    def __init__(self, folder: Path) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.published = {"k1": self.key}
        self.key_requests = 0
        self.token_requests: list[dict[str, str]] = []
        self.is_down = False
        self.answer: dict[str, str] | None = None
        self.ca_path = folder / "ca.pem"
        context = _server_context(folder, self.ca_path)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://localhost:{self._server.server_port}"
        self.reset()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def reset(self) -> None:
        """Honest again."""
        self.claims: Claims = {}
        self.sign: Signer = self.rs256
        self.answer = None
        self.is_down = False

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def rs256(self, claims: Claims, *, kid: str = "k1") -> str:
        """Signed as the authority signs."""
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": kid})

    def good_claims(self, nonce: str) -> Claims:
        """What an honest token of this sign-in says."""
        now = int(time.time())
        return {
            "iss": f"{self.url}/{TENANT}/v2.0",
            "aud": CLIENT,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "tid": TENANT,
            "oid": OBJECT,
            "sub": "pairwise",
            "name": "Sato Yui",
            "preferred_username": "sato.yui@example.com",
            "ver": "2.0",
            "nonce": nonce,
            "roles": ["Genkan.Developer"],
        }

    def _token(self, form: dict[str, str]) -> dict[str, object]:
        if self.answer is not None:
            return dict(self.answer)
        # The code carries the authorize request: the nonce it named and the PKCE challenge to check.
        asked = json.loads(base64.urlsafe_b64decode(form["code"]))
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return {"error": "invalid_grant", "error_description": "the verifier does not fit"}
        claims = {**self.good_claims(asked["nonce"]), **self.claims}
        return {
            "token_type": "Bearer",
            "access_token": "opaque",
            "expires_in": 3600,
            "id_token": self.sign({name: value for name, value in claims.items() if value is not None}),
        }

    def code_for(self, auth_uri: str) -> tuple[str, str]:
        """What the person's browser brings back after picking an account: code and state."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(auth_uri).query).items()}
        return base64.urlsafe_b64encode(json.dumps(query).encode()).decode(), query["state"]

    def _discovery(self) -> dict[str, object]:
        base = f"{self.url}/{TENANT}"
        return {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
        }

    def _keys(self) -> dict[str, object]:
        self.key_requests += 1
        rows = []
        for kid, key in self.published.items():
            row = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
            rows.append({**row, "kid": kid, "use": "sig"})
        return {"keys": rows}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                found = authority._keys() if path.endswith("/discovery/v2.0/keys") else authority._discovery()
                self._send(found)

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(text).items()}
                authority.token_requests.append(form)
                self._send(authority._token(form))

            def _send(self, body: dict[str, object]) -> None:
                if authority.is_down:
                    self.send_error(503)
                    return
                content = json.dumps(body).encode()
                self.send_response(400 if "error" in body else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                """Stay quiet."""

        return Handler


def _server_context(folder: Path, ca_path: Path) -> ssl.SSLContext:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    ca_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = folder / "key.pem"
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca_path, private)
    return context
