from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from kernel.adapters.aws.signature import Keys, authorization


@pytest.mark.parametrize("token", [None, "a/role's+token=="])
@pytest.mark.parametrize("body", [b"", b'{"TableName": "taskledger-log"}', "회의록".encode() * 1000])
@pytest.mark.parametrize("host", ["dynamodb.eu-central-1.amazonaws.com", "127.0.0.1:4566"])
def test_a_request_is_signed_as_botocore_signs_it(host: str, body: bytes, token: str | None) -> None:
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.PutItem"}
    request = AWSRequest("POST", f"https://{host}/", headers=headers, data=body)
    SigV4Auth(Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", token), "dynamodb", "eu-central-1").add_auth(request)

    time = request.headers["X-Amz-Date"]
    assert datetime.strptime(time, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) <= datetime.now(UTC)
    signed = {"content-type": headers["Content-Type"], "host": host, "x-amz-date": time}
    signed |= {"x-amz-security-token": token} if token else {}
    signed |= {"x-amz-target": headers["X-Amz-Target"]}
    keys = Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", token)
    assert authorization(keys, "eu-central-1", "dynamodb", time, signed, body) == request.headers["Authorization"]
