# SPDX-License-Identifier: Apache-2.0

"""Any encoding is found that people's files are in."""

import pytest

from ream_extract.alphabets import guess
from ream_extract.encoding import Encoding, decode, detect
from ream_extract.fitting import fits

TEXTS = {
    "de": "Die Prüfung der Geschäftsbücher ergab für das Jahr größere Überschüsse als erwartet. Ärzte, Öfen. ",
    "fr": "L'été dernier, nous avons reçu à Besançon une lettre très étonnante où l’élève décrivait son cœur. ",
    "es": "El año pasado la niña comió piña en la montaña; ¿qué más quería? Según él, nació allí. ",
    "pl": "Zażółć gęślą jaźń. Wczoraj wieczorem przyszła do nas ciotka z miasta Łodzi i przyniosła świeże bułki. ",
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy. Včera večer přišla naše teta a přinesla čerstvé housky. ",
    "tr": "Dün akşam teyzemiz şehirden geldi ve taze çörekler getirdi. Uzun süre çay içip konuştuk, ığdır güzel. ",
    "ru": "Вчера вечером к нам приехала тётя из города и привезла свежие булки. Мы долго пили чай. ",
    "el": "Χθες το βράδυ ήρθε η θεία μας από την πόλη και έφερε φρέσκα ψωμάκια. Μιλούσαμε για πολλή ώρα. ",
    "he": "אתמול בערב הגיעה דודתנו מהעיר והביאה לחמניות טריות. שתינו תה ודיברנו זמן רב. ",
    "ar": "مساء أمس جاءت عمتنا من المدينة وأحضرت خبزا طازجا. شربنا الشاي وتحدثنا طويلا. ",
    "th": "เมื่อวานนี้ตอนเย็นป้าของเรามาจากเมืองและนำขนมปังสดมา เราดื่มชาและคุยกันเป็นเวลานาน",
    "ja": "昨日の夜、町からおばさんが来て、新しいパンを持ってきました。私たちは長い間お茶を飲みながら話しました。",
    "zh": "昨天晚上，我们的姑姑从城里来了，带来了新鲜的面包。我们喝着茶聊了很久。",
    "zh-tw": "昨天晚上，我們的姑姑從城裡來了，帶來了新鮮的麵包。我們喝著茶聊了很久，她說明天要去看電影。",
    "ko": "어제 저녁에 이모가 도시에서 와서 신선한 빵을 가져왔습니다. 우리는 오랫동안 차를 마셨습니다.",
}
TABLE = [
    *[(language, encoding) for language in TEXTS for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32")],
    *[(language, "utf-16-le") for language in ("de", "fr", "ru", "ja", "zh")],
    ("de", "utf-16-be"),
    ("de", "cp1252"),
    ("de", "cp850"),
    ("de", "mac-roman"),
    ("fr", "cp1252"),
    ("fr", "iso8859-15"),
    ("es", "cp1252"),
    ("es", "latin-1"),
    ("pl", "cp1250"),
    ("pl", "iso8859-2"),
    ("cs", "cp1250"),
    ("cs", "iso8859-2"),
    ("tr", "cp1254"),
    ("ru", "cp1251"),
    ("ru", "koi8-r"),
    ("ru", "cp866"),
    ("ru", "iso8859-5"),
    ("el", "cp1253"),
    ("el", "iso8859-7"),
    ("he", "cp1255"),
    ("ar", "cp1256"),
    ("th", "cp874"),
    ("ja", "shift_jis"),
    ("ja", "euc_jp"),
    ("ja", "iso2022_jp"),
    ("zh", "gb18030"),
    ("zh", "gb2312"),
    ("zh-tw", "big5"),
    ("ko", "euc_kr"),
]


@pytest.mark.parametrize(("language", "encoding"), TABLE)
def test_text_comes_back_as_it_was(language: str, encoding: str) -> None:
    data = (TEXTS[language] * 2).encode(encoding, "ignore")
    found = detect(data)
    assert decode(data[found.mark :], found)[0] == data.decode(encoding)


def test_what_fits_utf_8_is_utf_8_for_sure() -> None:
    assert detect(b"plain") == Encoding("utf-8", 100)
    assert detect("größer".encode()) == Encoding("utf-8", 100)


def test_declared_encoding_is_believed_when_it_fits() -> None:
    data = "Ärger".encode("iso8859-5", "replace") + "тётя".encode("iso8859-5")
    assert detect(data, "ISO-8859-5").name == "iso8859-5"
    assert detect("größer".encode("cp1252"), "latin1").name == "cp1252"
    assert detect("größer".encode("cp1252"), "rot13").name == "cp1252"
    assert detect("größer".encode("cp1252"), "no such thing").name == "cp1252"
    assert detect("größer".encode(), "latin1").name == "utf-8"


def test_cut_character_is_no_reason_to_doubt() -> None:
    cut = "größer".encode()[:3]
    assert fits(cut, "utf-8", whole=False)
    assert not fits(cut, "utf-8", whole=True)
    assert detect(b"gr\xc3", whole=False).name == "utf-8"


def test_piece_that_does_not_fit_is_read_all_the_same_and_trusted_less() -> None:
    text, confidence = decode("Größe und Straße für Ärzte".encode("cp1252"), Encoding("utf-8", 100))
    assert text == "Größe und Straße für Ärzte"
    assert confidence < 100
    text, confidence = decode(b"abc\xff\xfe\xff", Encoding("shift_jis", 90))
    assert text.startswith("abc")
    assert confidence < 60


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"\x00", b"\x00\x00", b"\xff\xfe\x00", bytes(range(256)) * 4, b"\x81" * 999]
)
def test_any_bytes_become_text(data: bytes) -> None:
    found = detect(data)
    text, confidence = decode(data[found.mark :], found)
    assert isinstance(text, str)
    assert 0 <= confidence <= 100


def test_alphabets_say_nothing_of_other_bytes() -> None:
    assert guess(TEXTS["ja"].encode("shift_jis")) is None
    assert guess(TEXTS["zh"].encode("gb18030")) is None
    assert guess(TEXTS["ko"].encode("euc_kr")) is None
    assert guess(b"only ascii") is None


def test_alphabets_name_the_encoding() -> None:
    found = guess(TEXTS["ru"].encode("koi8-r"))
    assert found is not None
    assert found[0] == "koi8-r"
    found = guess("Überschüsse „höher“ als 5 €".encode("cp1252"))
    assert found is not None
    assert found[0] == "cp1252"


RUSSIAN = (
    "Договор аренды нежилого помещения заключён в городе Москве двенадцатого мая.",
    "Общество с ограниченной ответственностью «Ромашка» в лице генерального директора Иванова.",
    "Настоящим сообщаем, что поставка товара по договору № 45 будет осуществлена до конца месяца.",
    "Уважаемый Пётр Сергеевич! Направляю Вам счёт на оплату и акт выполненных работ.",
    "Прошу предоставить мне ежегодный оплачиваемый отпуск с 1 июля на 14 календарных дней.",
    "Я, нижеподписавшийся, даю согласие на обработку моих персональных данных.",
    "Здравствуйте! Когда будет отправлен мой заказ? Спасибо.",
    "Техническое задание на разработку сайта компании",
    "Список участников конференции: Петров, Сидоров, Кузнецова, Яковлев.",
)


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"])
@pytest.mark.parametrize("text", RUSSIAN)
def test_a_line_of_russian_is_enough(text: str, encoding: str) -> None:
    """Of short texts the encodings give letters alike; marks behind letters and rare letters tell them apart."""
    data = text.encode(encoding, "replace")
    assert decode(data, detect(data))[0] == data.decode(encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Сва људска бића рађају се слободна и једнака у достојанству и правима. Њихова је дужност љубав.", "cp1251"),
        ("Уговор о закупу пословног простора закључен је у Београду између доле потписаних страна.", "cp1251"),
        (
            "Всички хора се раждат свободни и равни по достойнство и права. Договорът се сключва за две години.",
            "cp1251",
        ),
        ("Усі люди народжуються вільними і рівними у своїй гідності та правах. Договір оренди приміщення.", "cp1251"),
    ],
)
def test_so_are_languages_with_letters_of_their_own(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    assert decode(data, detect(data))[0] == text
