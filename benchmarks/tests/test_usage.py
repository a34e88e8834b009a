# SPDX-License-Identifier: Apache-2.0
from typing import Any

from ream_bench.usage import Moment, Peak, between


def moment(at: float, ocr: float, cells: float, machine: float) -> Moment:
    services: Any = {"ocr": {"service": ocr, "cells": cells, "office": 0.0}}
    return Moment(at, services, {"kafka": at}, at / 10, machine)


def test_between_two_moments() -> None:
    used = between(moment(10, 1, 5, 100), moment(20, 2, 9, 130), Peak())
    assert used.seconds == 10
    assert used.services == {"ocr": {"service": 1.0, "cells": 4.0, "office": 0.0}}
    assert (used.ours, used.readers) == (1.0, 4.0)
    assert used.servers == {"kafka": 10.0}
    assert used.others == 30 - 1 - 4 - 10 - 1


def test_a_service_that_was_started_anew_used_nothing_before() -> None:
    used = between(moment(10, 9, 9, 100), moment(20, 2, 9, 100), Peak())
    assert used.services["ocr"]["service"] == 0.0
    assert used.others == 0.0


def test_the_peak_is_of_one_moment() -> None:
    peak = Peak()
    peak.note({"ocr": {"service": 10, "cells": 50, "office": 0}, "index": {"service": 30, "cells": 0, "office": 0}})
    peak.note({"ocr": {"service": 20, "cells": 5, "office": 0}, "index": {"service": 60, "cells": 0, "office": 0}})
    assert peak.services["ocr"] == {"service": 10.0, "cells": 50.0, "office": 0.0}
    assert peak.services["index"]["service"] == 60.0
    assert peak.together == 90.0
