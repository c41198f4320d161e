import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from testkit.faults import Answer, Broken, Changed, Late, Lost, aws_error, faults_before


class _Echo(BaseHTTPRequestHandler):
    carried_out = 0

    def do_POST(self):
        type(self).carried_out += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("X-Path", self.path)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):  # noqa: A002 - the name that the base class gives it
        pass


@pytest.fixture
def echo():
    class Echo(_Echo):
        pass

    server = HTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def faults(echo):
    with faults_before(f"http://127.0.0.1:{echo.server_port}") as faults:
        yield faults


def post(faults, operation="Db.Put", timeout=5.0):
    return httpx.post(f"{faults.endpoint}/a?b=c", content=b"body", headers={"X-Amz-Target": operation}, timeout=timeout)


def test_what_is_not_disturbed_passes_as_it_is(faults):
    answer = post(faults)
    assert (answer.status_code, answer.content, answer.headers["X-Path"]) == (200, b"body", "/a?b=c")
    [request] = faults.requests
    assert (request.operation, request.body) == ("Db.Put", b"body")


def test_faults_meet_the_next_requests_of_an_operation_in_their_order(faults, echo):
    faults.next(aws_error("ThrottlingException"), Answer(500), operation="Put")
    assert post(faults, "Db.Get").status_code == 200
    throttled = post(faults)
    assert throttled.status_code == 400
    assert throttled.json()["__type"].endswith("#ThrottlingException")
    assert [post(faults).status_code, post(faults).status_code] == [500, 200]
    assert (faults.count("Put"), echo.RequestHandlerClass.carried_out) == (3, 2)


def test_a_broken_request_is_not_carried_out_and_a_lost_answer_is(faults, echo):
    faults.next(Broken(), Lost())
    for carried_out in (0, 1):
        with pytest.raises(httpx.TransportError):
            post(faults)
        assert echo.RequestHandlerClass.carried_out == carried_out


def test_a_late_answer_comes(faults, echo):
    faults.next(Late(0.2), Late(0.2))
    with pytest.raises(httpx.ReadTimeout):
        post(faults, timeout=0.1)
    assert echo.RequestHandlerClass.carried_out == 1
    assert post(faults).status_code == 200


def test_a_share_of_all_requests_meets_a_lasting_fault(faults):
    faults.always(Answer(503), share=0.5)
    assert {post(faults).status_code for _ in range(20)} == {200, 503}
    faults.clear()
    assert {post(faults).status_code for _ in range(5)} == {200}


def test_a_changed_answer_is_carried_out_first(faults, echo):
    faults.next(Changed(bytes.upper))
    assert post(faults).content == b"BODY"
    assert echo.RequestHandlerClass.carried_out == 1
