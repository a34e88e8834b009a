# SPDX-License-Identifier: Apache-2.0
"""A Spanish letter of complaint as a one-page text PDF."""

from ream_samples import paper

_BODY = [
    "El pasado 11 de marzo compré en su tienda de Puebla de la Encina una mesa de roble macizo y seis "
    "sillas a juego. El vendedor me aseguró que el pedido llegaría en un plazo máximo de cuatro semanas. "
    "Los muebles se entregaron el 28 de abril, es decir, casi tres semanas tarde y sin ningún aviso por su "
    "parte.",
    "Al desembalar la mesa comprobamos que el tablero presenta una grieta de unos veinte centímetros junto "
    "a una de las patas y que dos de las sillas están tapizadas en un color distinto del que figura en el "
    "albarán. Hice fotografías ese mismo día y las envié a la dirección de correo electrónico que aparece "
    "en el recibo, pero hasta hoy nadie me ha contestado.",
    "Les ruego que, en el plazo de diez días, cambien el tablero y las dos sillas sin coste alguno para mí. "
    "Si eso no fuera posible, solicito la devolución de la parte proporcional del precio, que calculo en "
    "640 euros. De no recibir respuesta, presentaré la reclamación ante la oficina municipal de consumo.",
]


def make() -> bytes:
    """One page, addressed, dated, with a subject line, a greeting and a close."""
    story = [
        paper.text(
            "Ximena Albarrán Quiroga<br/>Calle del Membrillo, 27, 3.º izquierda<br/>00312 Villaclara del Río",
            font="Serif",
        ),
        paper.gap(6),
        paper.text(
            "Muebles La Encina Vieja, S. L.<br/>Departamento de atención al cliente<br/>Polígono Los Olivares, nave "
            "9<br/>00345 Puebla de la Encina",
            font="Serif",
        ),
        paper.text("Villaclara del Río, a 6 de mayo de 2025", font="Serif", align="right", before=14, after=14),
        paper.text(
            "<b>Asunto: reclamación por el pedido n.º 58-2231 (mesa de comedor y seis sillas)</b>",
            font="Serif",
            after=10,
        ),
        paper.text("Estimados señores:", font="Serif"),
        *[paper.text(words, font="Serif", align="justify") for words in _BODY],
        paper.text("Quedo a la espera de sus noticias y les saludo atentamente,", font="Serif", before=4, after=30),
        paper.text("Ximena Albarrán Quiroga", font="Serif-Italic"),
        paper.text("Anexos: copia del albarán y cuatro fotografías", font="Serif", size=9, before=12),
    ]
    sheet = paper.Paper(
        title="Reclamación por el pedido 58-2231", author="Ximena Albarrán Quiroga", language="es-ES", margin=28
    )
    return paper.pdf(story, sheet)
