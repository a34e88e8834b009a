# SPDX-License-Identifier: Apache-2.0
"""A Spanish lease that came by fax: a TIFF of three black-and-white pages."""

from ream_samples import paper, pictures, scanner

_PARTIES = [
    "En Alcorisa de la Sierra, a 14 de marzo de 2025, reunidos de una parte doña Remedios Villacampa Soler, como "
    "arrendadora, y de otra parte la sociedad Talleres Peña Rubia, S. L., representada por su administrador don "
    "Leandro Ibarrola Cuesta, como arrendataria, acuerdan celebrar el presente contrato de arrendamiento.",
    "PRIMERA. Objeto. La arrendadora cede en alquiler a la arrendataria la nave industrial número 16 del polígono "
    "El Cascajal, con una superficie de 640 metros cuadrados, un patio cerrado y dos plazas de aparcamiento.",
    "SEGUNDA. Duración. El contrato tendrá una duración de cinco años a partir del 1 de abril de 2025 y se "
    "prorrogará por años sucesivos si ninguna de las partes comunica lo contrario con tres meses de antelación.",
]
_TERMS = [
    "TERCERA. Renta. La renta mensual será de 1.850 euros, más el impuesto correspondiente, y se pagará dentro de "
    "los cinco primeros días de cada mes. La renta se revisará cada año conforme al índice de precios al consumo.",
    "CUARTA. Fianza. A la firma de este contrato la arrendataria entrega la cantidad de 3.700 euros en concepto de "
    "fianza, que le será devuelta al terminar el arrendamiento si no hubiera daños.",
    "QUINTA. Uso. La nave se destinará únicamente a taller de reparación de maquinaria agrícola. Queda prohibido "
    "almacenar en ella productos inflamables en cantidad superior a doscientos litros.",
    "SEXTA. Obras. La arrendataria no podrá realizar obras sin el consentimiento escrito de la arrendadora. La "
    "instalación del puente grúa de cinco toneladas queda autorizada por el presente contrato.",
]
_END = [
    "SÉPTIMA. Gastos. Serán por cuenta de la arrendataria los suministros de agua, luz y teléfono, así como la "
    "limpieza del canalón. La arrendadora pagará el impuesto sobre bienes inmuebles y el seguro del edificio.",
    "OCTAVA. Jurisdicción. Para cualquier controversia las partes se someten a los juzgados de Alcorisa de la Sierra.",
    "Y en prueba de conformidad, ambas partes firman este contrato por duplicado en el lugar y la fecha indicados.",
]


def make() -> bytes:
    """Three pages at 200 dpi, compressed as fax servers do."""
    story: list[object] = [
        paper.text("CONTRATO DE ARRENDAMIENTO DE NAVE INDUSTRIAL", size=15, font="Sans-Bold", before=14, after=18)
    ]
    for number, part in enumerate((_PARTIES, _TERMS, _END)):
        if number:
            story += [paper.page_break(), paper.gap(8)]
        story += [paper.text(words, size=12.5, align="justify", after=14) for words in part]
    signatures = [pictures.png(pictures.signature(seed)) for seed in (31, 47)]
    story += [
        paper.gap(8),
        paper.columns([paper.picture(data, 50) for data in signatures], [80, 80]),
        paper.columns([paper.text("La arrendadora", size=12), paper.text("La arrendataria", size=12)], [80, 80]),
    ]
    sheet = paper.Paper(title="Contrato", author="", language="es-ES")
    pages = scanner.render(paper.pdf(story, sheet))
    return scanner.tiff(
        [
            scanner.faxed(
                page,
                line=f"14-MAR-2025 17:0{i}   DE: TALLERES PENA RUBIA   P.0{i}/0{len(pages)}",
                seed=300 + i,
                skew=skew,
            )
            for i, (page, skew) in enumerate(zip(pages, (0.3, -0.2, 0.2), strict=True), start=1)
        ]
    )
