"""What SES adds to the port: the mail as SES keeps it, and which refusals are for ever."""

from base64 import b64decode
from email import message_from_bytes, policy

import httpx
import orjson
import pytest
from aiobotocore.session import get_session

from kernel.adapters.mime import ID_HEADER
from kernel.adapters.ses.mailer import SesMailer
from kernel.ports.mailer import Mail, MailRejected, MailUnavailable
from taskledger_local.emulator import REGION, Emulator
from taskledger_local.processes import free_port
from taskledger_local.setup import create_sender
from testkit.faults import Answer, Broken, Fault, Faults, Late, Lost, aws_error

pytestmark = pytest.mark.process

KIM = "kim@example.org"
SENDER = "board@example.org"


def a_mail(to: str = KIM) -> Mail:
    return Mail(id="task-1:4/kim", to=to, subject="할 일 OPS-12 완료", text="진행 중\n", html="<p>진행 중</p>\n")


@pytest.fixture
def faults(aws_faults: Faults) -> Faults:
    return aws_faults


@pytest.fixture
async def verified(aws: Emulator) -> None:
    async with get_session().create_client("sesv2", endpoint_url=aws.endpoint) as client:
        await create_sender(client, SENDER)


async def mailer(endpoint: str, options: str = "") -> SesMailer:
    return await SesMailer.open(f"ses://?from=과제판 <{SENDER}>&region={REGION}&endpoint={endpoint}{options}")


@pytest.mark.usefixtures("verified")
async def test_ses_gets_text_and_html_in_any_language(aws: Emulator) -> None:
    opened = await mailer(aws.endpoint)
    message_id = await opened.send(a_mail())
    await opened.close()
    async with httpx.AsyncClient() as http:
        kept = (await http.get(f"{aws.endpoint}/_ministack/ses/messages")).json()["messages"]
    [mail] = [each for account in kept.values() for each in account if each["MessageId"] == message_id]
    assert (mail["Source"], mail["To"], mail["Subject"]) == (SENDER, [KIM], "할 일 OPS-12 완료")
    assert (mail["BodyText"].strip(), mail["BodyHtml"].strip()) == ("진행 중", "<p>진행 중</p>")


@pytest.mark.usefixtures("verified")
async def test_a_mail_has_its_id_in_a_header_that_ses_leaves_alone(faults: Faults) -> None:
    opened = await mailer(faults.endpoint)
    await opened.send(a_mail())
    await opened.close()
    raw = b64decode(orjson.loads(faults.requests[0].body)["Content"]["Raw"]["Data"])
    mail = message_from_bytes(raw, policy=policy.default)
    assert (mail["From"], mail[ID_HEADER]) == (f"과제판 <{SENDER}>", "task-1%3A4%2Fkim")


@pytest.mark.parametrize("code", ["MessageRejected", "BadRequestException"])
async def test_what_ses_will_never_take_is_a_rejection(faults: Faults, code: str) -> None:
    opened = await mailer(faults.endpoint)
    faults.next(aws_error(code))
    with pytest.raises(MailRejected, match=code):
        await opened.send(a_mail())
    assert len(faults.requests) == 1
    await opened.close()


@pytest.mark.parametrize(
    "fault",
    [
        aws_error("TooManyRequestsException", 429),
        aws_error("SendingPausedException"),
        aws_error("AccountSuspendedException"),
        aws_error("LimitExceededException"),
        aws_error("MailFromDomainNotVerifiedException"),
        aws_error("AccessDeniedException", 403),
        Answer(503),
        Broken(),
        Lost(),
        Late(1.0),
    ],
)
@pytest.mark.usefixtures("verified")
async def test_what_may_pass_is_left_to_the_sender_who_alone_repeats_it(faults: Faults, fault: Fault) -> None:
    opened = await mailer(faults.endpoint, "&read_timeout=0.5")
    faults.next(fault)
    with pytest.raises(MailUnavailable):
        await opened.send(a_mail())
    assert len(faults.requests) == 1
    await opened.close()


async def test_an_address_that_ses_does_not_know_how_to_write_is_rejected(faults: Faults) -> None:
    opened = await mailer(faults.endpoint)
    with pytest.raises(MailRejected, match="ASCII"):
        await opened.send(a_mail("김@example.org"))
    assert not faults.requests
    await opened.close()


async def test_ses_answers_though_it_is_asked_too_often(faults: Faults) -> None:
    opened = await mailer(faults.endpoint)
    faults.next(aws_error("TooManyRequestsException", 429))
    await opened.ping()
    await opened.close()


async def test_sending_that_is_paused_or_out_of_reach_is_unavailable(faults: Faults) -> None:
    for endpoint in (faults.endpoint, f"http://127.0.0.1:{free_port()}"):
        opened = await mailer(endpoint)
        faults.next(Answer(200, b'{"SendingEnabled": false}'))
        with pytest.raises(MailUnavailable, match="SES"):
            await opened.ping()
        await opened.close()


@pytest.mark.parametrize("url", ["ses://", "ses://host?from=a@b.c", "ses://?from=nobody", "ses://?from=a@b.c&to=d@e.f"])
async def test_a_url_that_makes_no_sense_is_an_error(url: str) -> None:
    with pytest.raises(ValueError, match=r"named as|address|URL"):
        await SesMailer.open(url)
