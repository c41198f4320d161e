"""What mails about an account say, in English and Korean."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[tuple[str, str], tuple[str, tuple[str, ...], str, str]]] = {
    ("en", "reset"): (
        "Set a new password",
        (
            "Hello {name}, somebody asked to set a new password for your account.",
            "The link works once, for 30 minutes.",
        ),
        "Set a new password",
        "If it was not you, do nothing: your password stays as it is.",
    ),
    ("ko", "reset"): (
        "비밀번호 재설정",
        ("{name} 님, 계정의 비밀번호를 새로 정하려는 요청이 있었습니다.", "링크는 30분 동안 한 번만 쓸 수 있습니다."),
        "새 비밀번호 정하기",
        "본인이 요청하지 않았다면 아무것도 하지 않으셔도 됩니다. 비밀번호는 그대로입니다.",
    ),
    ("en", "verify"): (
        "Confirm your e-mail address",
        ("Hello {name}, confirm that this address is yours.", "The link works once, for a day."),
        "This is my address",
        "If you have no account with Taskledger, ignore this mail.",
    ),
    ("ko", "verify"): (
        "이메일 주소 확인",
        ("{name} 님, 이 주소가 본인의 것인지 확인해 주세요.", "링크는 하루 동안 한 번만 쓸 수 있습니다."),
        "내 주소가 맞습니다",
        "Taskledger 계정이 없다면 이 메일을 무시하세요.",
    ),
    ("en", "password"): (
        "Your password was changed",
        ("Hello {name}, your account has a new password. Other sessions have ended.",),
        "Look at your account",
        "If it was not you, set a new password by “Forgot your password?” at once.",
    ),
    ("ko", "password"): (
        "비밀번호가 바뀌었습니다",
        ("{name} 님, 계정의 비밀번호가 바뀌었고 다른 곳의 로그인은 끝났습니다.",),
        "계정 살펴보기",
        "본인이 바꾸지 않았다면 바로 ‘비밀번호를 잊으셨나요?’로 새로 정하세요.",
    ),
    ("en", "email"): (
        "Your e-mail address was changed",
        ("Hello {name}, your account has another e-mail address now. No more mail comes here.",),
        "Look at your account",
        "If it was not you, ask whoever runs this board at once.",
    ),
    ("ko", "email"): (
        "이메일 주소가 바뀌었습니다",
        ("{name} 님, 계정의 이메일 주소가 바뀌었습니다. 이 주소로는 더 이상 메일이 오지 않습니다.",),
        "계정 살펴보기",
        "본인이 바꾸지 않았다면 바로 이 보드의 관리자에게 알리세요.",
    ),
    ("en", "taken"): (
        "You have an account already",
        ("Hello {name}, somebody tried to register with this address, which has an account already.",),
        "Sign in",
        "If it was you and you forgot your password, set a new one there. If it was not, do nothing.",
    ),
    ("ko", "taken"): (
        "이미 계정이 있습니다",
        ("{name} 님, 이미 계정이 있는 이 주소로 가입하려는 요청이 있었습니다.",),
        "로그인",
        "본인이 비밀번호를 잊었다면 거기서 새로 정할 수 있습니다. 아니라면 무시하세요.",
    ),
    ("en", "token"): (
        "A personal token was made",
        ("Hello {name}, a personal token was made for your account: a program that has it acts as you.",),
        "Look at your account",
        "If it was not you, revoke the token and change your password.",
    ),
    ("ko", "token"): (
        "개인 토큰이 만들어졌습니다",
        ("{name} 님, 계정에 개인 토큰이 만들어졌습니다. 이 토큰을 가진 프로그램은 본인처럼 행동합니다.",),
        "계정 살펴보기",
        "본인이 만들지 않았다면 토큰을 취소하고 비밀번호를 바꾸세요.",
    ),
    ("en", "device"): (
        "A sign-in from a new device",
        ("Hello {name}, somebody signed in to your account with a device or from a network that was not seen before.",),
        "Look at your account",
        "If it was you, there is nothing to do. If it was not, end the other sessions and change your password.",
    ),
    ("ko", "device"): (
        "새 기기에서 로그인했습니다",
        ("{name} 님, 전에 없던 기기나 네트워크에서 계정에 로그인했습니다.",),
        "계정 살펴보기",
        "본인이라면 아무것도 하지 않으셔도 됩니다. 아니라면 다른 로그인을 끝내고 비밀번호를 바꾸세요.",
    ),
    ("en", "factor"): (
        "A second factor was set up",
        ("Hello {name}, an authenticator or a passkey was added to your account.",),
        "Look at your account",
        "If it was not you, remove it there and change your password at once.",
    ),
    ("ko", "factor"): (
        "2단계 인증이 추가되었습니다",
        ("{name} 님, 계정에 인증 앱이나 패스키가 추가되었습니다.",),
        "계정 살펴보기",
        "본인이 추가하지 않았다면 바로 삭제하고 비밀번호를 바꾸세요.",
    ),
    ("en", "unfactor"): (
        "A second factor was removed",
        ("Hello {name}, an authenticator or a passkey was removed from your account.",),
        "Look at your account",
        "If it was neither you nor whoever runs this board, change your password and set it up again.",
    ),
    ("ko", "unfactor"): (
        "2단계 인증이 해제되었습니다",
        ("{name} 님, 계정에서 인증 앱이나 패스키가 삭제되었습니다.",),
        "계정 살펴보기",
        "본인이나 관리자가 한 일이 아니라면 비밀번호를 바꾸고 다시 설정하세요.",
    ),
    ("en", "tried"): (
        "Somebody is trying to sign in as you",
        ("Hello {name}, many sign-ins with a wrong password were tried on your account. They are slowed down.",),
        "Look at your account",
        "If it was you, wait a little or set a new password. If it was not, your password has held.",
    ),
    ("ko", "tried"): (
        "누군가 로그인을 시도하고 있습니다",
        ("{name} 님, 계정에 틀린 비밀번호로 여러 번 로그인이 시도되어 속도를 늦추고 있습니다.",),
        "계정 살펴보기",
        "본인이라면 잠시 기다리거나 비밀번호를 새로 정하세요. 아니라면 비밀번호는 안전합니다.",
    ),
}
"""By language and kind: subject, lines, the button's text, why it came and what to do."""
