# SPDX-License-Identifier: Apache-2.0
"""Lists the national and tax numbers of persons that are recognised: how they are written, checked and introduced.

Numbers of companies (VAT, EIN, SIREN ...) are not here: they name no person and stand on every invoice.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from stdnum.at import vnr
from stdnum.au import tfn
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.de import idnr as de_idnr
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nif as fr_nif
from stdnum.fr import nir
from stdnum.gb import nhs, utr
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.il import idnr as il_idnr
from stdnum.in_ import aadhaar, pan
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import nif as pt_nif
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.us import itin, ssn
from stdnum.za import idnr as za_idnr


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of number of one country.

    It counts when `check` accepts it and one of `words` (lower case) stands near; with `alone` one of its
    written forms is so peculiar that it also counts without a word.
    """

    name: str
    score: str
    pattern: re.Pattern[str]
    check: Callable[[str], bool]
    words: tuple[str, ...]
    alone: re.Pattern[str] | None = None


_NINO = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")


def _is_nino(value: str) -> bool:
    """A British National Insurance number has no check digit, only rules for its letters."""
    return _NINO.fullmatch(re.sub(r"[ -]", "", value).upper()) is not None


def _is_dni(value: str) -> bool:
    """A Spanish DNI may be grouped by dots."""
    return bool(dni.is_valid(value.replace(".", "")))


_RVNR = re.compile(r"[0-9]{2}(?P<day>[0-9]{2})(?P<month>[0-9]{2})[0-9]{2}(?P<letter>[A-Z])[0-9]{3}")
_RVNR_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)


def _is_rvnr(value: str) -> bool:
    """A German pension insurance number: area, date of birth, letter of the name, serial number, check digit.

    The day is 50 higher where a number was given twice; the letter counts as its place in the alphabet.
    """
    plain = re.sub(r"[ /-]", "", value).upper()
    found = _RVNR.fullmatch(plain)
    if not found or int(found["month"]) > 12 or int(found["day"]) > 81 or 31 < int(found["day"]) < 51:
        return False
    digits = f"{plain[:8]}{ord(found['letter']) - ord('A') + 1:02d}{plain[9:11]}"
    products = (int(digit) * weight for digit, weight in zip(digits, _RVNR_WEIGHTS, strict=True))
    return sum(sum(divmod(product, 10)) for product in products) % 10 == int(plain[11])


def _form(
    name: str, pattern: str, check: Callable[[str], bool], words: str, *, tax: bool = False, alone: str = ""
) -> Form:
    """Builds a form; words are separated by commas."""
    score = "personal:tax-number" if tax else "personal:national-number"
    listed = tuple(word.strip() for word in words.split(","))
    return Form(name, score, _guarded(pattern, re.IGNORECASE), check, listed, _guarded(alone) if alone else None)


def _guarded(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Keeps a pattern from matching a piece of a longer number or word."""
    return re.compile(rf"(?<![\w])(?<![0-9][.,/-])(?:{pattern})(?![\w]|[.,/-][0-9])", flags)


FORMS: tuple[Form, ...] = (
    _form("us-ssn", r"[0-9]{3}([ -]?)[0-9]{2}\1[0-9]{4}", ssn.is_valid, "ssn, ssns, social security, soc sec, ss#",
          alone=r"[0-9]{3}-[0-9]{2}-[0-9]{4}"),
    _form("us-itin", r"9[0-9]{2}([ -]?)[0-9]{2}\1[0-9]{4}", itin.is_valid,
          "itin, individual taxpayer, taxpayer identification, taxpayer id", tax=True),
    _form("gb-nino", r"[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]", _is_nino,
          "national insurance, nino, ni number, ni no, nin"),
    _form("gb-nhs", r"[0-9]{3}([ -]?)[0-9]{3}\1[0-9]{4}", nhs.is_valid, "nhs, nhs number, nhs no"),
    _form("gb-utr", r"[0-9]{5} ?[0-9]{5}", utr.is_valid, "utr, unique taxpayer reference", tax=True),
    _form("de-idnr", r"[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}", de_idnr.is_valid,
          "steuer-id, steuerid, steueridentifikationsnummer, steuer-identifikationsnummer, identifikationsnummer,"
          "idnr, id-nr, steuerliche identifikationsnummer, steuer-idnr", tax=True),
    _form("de-rvnr", r"[0-9]{2} ?[0-9]{6} ?[A-Z] ?[0-9]{3}", _is_rvnr,
          "rentenversicherungsnummer, rentenversicherungsnr, rentenversicherungs-nr, rvnr, rv-nr, rv-nummer,"
          "sozialversicherungsnummer, sozialversicherungsnr, sozialversicherungs-nr, versicherungsnummer, svnr, sv-nr,"
          "sv-nummer, vsnr"),
    _form("fr-nir", r"[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}", nir.is_valid,
          "sécurité sociale, securite sociale, nir, numéro de sécu, numéro insee, n° ss"),
    _form("fr-nif", r"[0-3][0-9] ?[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}", fr_nif.is_valid,
          "numéro fiscal, numero fiscal, spi, référence fiscale, identifiant fiscal", tax=True),
    _form("es-dni", r"[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}[ -]?[A-Z]", _is_dni,
          "dni, d.n.i., nif, n.i.f., documento nacional, documento de identidad"),
    _form("es-nie", r"[XYZ][ -]?[0-9]{7}[ -]?[A-Z]", nie.is_valid,
          "nie, n.i.e., nif, número de identidad de extranjero, extranjero, documento de identidad"),
    _form("it-codice-fiscale", r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
          codicefiscale.is_valid, "codice fiscale, cod. fiscale, cod. fisc., c.f., cf", tax=True,
          alone=r"[A-Z]{6}[0-9]{2}[A-EHLMPR-T][0-9]{2}[A-Z][0-9]{3}[A-Z]"),
    _form("nl-bsn", r"[0-9]{4}[. ]?[0-9]{2}[. ]?[0-9]{3}|[0-9]{3}[. ][0-9]{3}[. ][0-9]{3}", bsn.is_valid,
          "bsn, burgerservicenummer, sofinummer, sofi-nummer, burger service nummer"),
    _form("be-nn", r"[0-9]{2}[. ]?[0-9]{2}[. ]?[0-9]{2}[- ]?[0-9]{3}[. ]?[0-9]{2}", nn.is_valid,
          "rijksregisternummer, rijksregister, registre national, numéro national, nationaal nummer, insz, niss"),
    _form("at-svnr", r"[0-9]{4} ?[0-9]{6}", vnr.is_valid,
          "sozialversicherungsnummer, svnr, sv-nr, sv-nummer, versicherungsnummer, vsnr"),
    _form("ch-ahv", r"756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}", ahv.is_valid,
          "ahv, ahv-nr, ahv-nummer, avs, numéro avs, sozialversicherungsnummer, ahvn13, navs",
          alone=r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}"),
    _form("pl-pesel", r"[0-9]{11}", pesel.is_valid, "pesel, nr pesel, numer pesel"),
    _form("pt-nif", r"[0-9]{3} ?[0-9]{3} ?[0-9]{3}", pt_nif.is_valid,
          "nif, contribuinte, número de identificação fiscal, n.º de contribuinte", tax=True),
    _form("se-personnummer", r"(?:[0-9]{2})?[0-9]{6}[-+]?[0-9]{4}", personnummer.is_valid,
          "personnummer, personnr, pers.nr, personal identity number"),
    _form("dk-cpr", r"[0-9]{6}[- ]?[0-9]{4}", cpr.is_valid, "cpr, cpr-nr, cpr-nummer, cpr nr, personnummer"),
    _form("no-fodselsnummer", r"[0-9]{6} ?[0-9]{5}", fodselsnummer.is_valid,
          "fødselsnummer, fødselsnr, fodselsnummer, personnummer, fødsels- og personnummer"),
    _form("fi-hetu", r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Z]", hetu.is_valid,
          "henkilötunnus, henkilötunnuksen, hetu, personbeteckning, sotu"),
    _form("ie-pps", r"[0-9]{7} ?[A-W][A-IW]?", pps.is_valid, "pps, ppsn, pps number, pps no, personal public service"),
    _form("ee-isikukood", r"[1-8][0-9]{10}", ik.is_valid, "isikukood, isikukoodi, ik, personal code"),
    _form("cz-rodne-cislo", r"[0-9]{6}/?[0-9]{3,4}", rc.is_valid, "rodné číslo, rodne cislo, r.č., rč"),
    _form("ro-cnp", r"[1-9][0-9]{12}", cnp.is_valid, "cnp, cod numeric personal, codul numeric personal"),
    _form("bg-egn", r"[0-9]{10}", egn.is_valid, "егн, egn, единен граждански номер"),
    _form("gr-amka", r"[0-9]{11}", amka.is_valid, "\u03b1\u03bc\u03ba\u03b1, \u03b1.\u03bc.\u03ba.\u03b1., amka"),
    _form("hr-oib", r"[0-9]{11}", oib.is_valid, "oib, osobni identifikacijski broj"),
    _form("br-cpf", r"[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}", cpf.is_valid,
          "cpf, c.p.f., cpf/mf, cadastro de pessoas físicas", alone=r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}"),
    _form("ca-sin", r"[0-9]{3}([ -]?)[0-9]{3}\1[0-9]{3}", sin.is_valid,
          "social insurance, s.i.n., sin, assurance sociale, nas", tax=True),
    _form("mx-curp", r"[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]", curp.is_valid,
          "curp, clave única, clave unica", alone=r"[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]"),
    _form("au-tfn", r"[0-9]{3}([ -]?)[0-9]{3}\1[0-9]{2,3}", tfn.is_valid,
          "tfn, tax file number, tax file no", tax=True),
    _form("in-aadhaar", r"[2-9][0-9]{3}([ -]?)[0-9]{4}\1[0-9]{4}", aadhaar.is_valid,
          "aadhaar, aadhar, adhaar, uidai, आध\u093eर"),
    _form("in-pan", r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]", pan.is_valid,
          "permanent account number, pan, pan no, pan number, pan card", tax=True),
    _form("tr-tckimlik", r"[1-9][0-9]{10}", tckimlik.is_valid,
          "t.c. kimlik, tc kimlik, kimlik no, kimlik numaras\u0131, tckn, t.c. no"),
    _form("il-idnr", r"[0-9]{8}-?[0-9]", il_idnr.is_valid, "ת.ז., תעודת זהות, teudat zehut, mispar zehut, israeli id"),
    _form("za-id", r"[0-9]{6} ?[0-9]{4} ?[0-9]{2} ?[0-9]", za_idnr.is_valid,
          "sa id, rsa id, south african id, identity number, id number, id no"),
    _form("cn-ric", r"[1-9][0-9]{16}[0-9X]", ric.is_valid,
          "身份证, 身份證, 公民身份号码, resident identity, chinese id"),
    _form("kr-rrn", r"[0-9]{6}-?[1-8][0-9]{6}", rrn.is_valid, "주민등록번호, 주민번호, rrn, resident registration"),
)  # fmt: skip
