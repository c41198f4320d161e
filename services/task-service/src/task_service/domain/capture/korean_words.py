"""The words that tell a day on which something is due from a day that a title is about, in Korean."""

import re
from typing import Final

GONE_BY: Final = re.compile(
    r"(?:매주|격주|매월|매달|매년|매일|지난|지난주|지난달|어제|작년|최근|매|연속|(?<![회논협상문건강합주동정심])의|부터)$"
)
"""What in front of a day makes it one that returns, has gone by, or owns what follows."""

DEFAULT: Final = re.compile(r"(?:[은는:]|값|요일|시작일|종료일)$")
"""What in front of a day at the end makes it a value that is set."""

ONE_NOUN: Final = re.compile(
    r"날씨|날짜|도착|마감|버튼|탭|화면|할 ?일|강조|섹션|항목|시작|휴무|특가|배송|정산|자동|만료|연속|명화|신문|"
    r"드라마|영화|노래|그만|보기|기준|이후|이전|대비|자\s|데이터|필터|열이|열을|칸|요금|매출|이벤트|무료|단위|"
    r"평균|뉴스|운세|예보|추천"
)
"""What stands behind a day and makes one noun of both."""

THING: Final = re.compile(
    r"오류|버그|화면|버튼|탭\b|위젯|필터|섹션|정책|템플릿|양식|로직|문구|배너|배지|페이지|아이콘|정렬|옵션|표시|"
    r"노출|팝업|배송|자동|만료|차트|그래프|색상|색을|보드|목록|달력|캘린더|배치|API|알림|안내|표지|포스터|기능|"
    r"링크|메뉴|느림|없음|실패|깨짐|누락|손상|사라짐|스크립트|번역|휴무|휴관|테스트|마다|통계|데이터|장애|증가|"
    r"상품|방문자|사용자|접속자|조회|집계|수당|규정|요금|영업 시간|메뉴판|식단표|공지|한정|판매|사고|재시도|"
    r"평가판|환불|교환"
)
"""What programs and shops are made of: in titles about them a day is mostly a thing as well."""

DOING: Final = re.compile(
    r"(?:"
    r"하기|내기|나기|가기|오기|사기|받기|찾기|쓰기|짜기|전화|연락|제출|예약|방문|점심|저녁|아침|식사|미팅|회의|"
    r"회식|약속|면접|참석|결제|구매|주문|발표|상담|출장|통화|논의|공유|전달|납부|송금|신청|등록|접수|준비|정리|"
    r"검토|작성|마무리|보고|병원|치과"
    r")$"
)
"""The end of a title that says what somebody is to do."""
