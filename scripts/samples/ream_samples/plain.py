# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: RUF001 - typographic dashes, quotes and signs are part of the text
"""Texts in four encodings: UTF-8, ISO-8859-15, UTF-16 with a byte order mark, and HTML in windows-1252."""

_CIRCULAR = """\
Ruderverein Blaue Bucht e. V.
Bootshausweg 1, 00781 Seehagen

Seehagen, im März 2025


Rundbrief an alle Mitglieder

Liebe Ruderinnen und Ruderer,

der Winter ist vorbei, das Eis auf der Bucht ist getaut, und am Samstag, dem
29. März, wollen wir wie jedes Jahr gemeinsam anrudern. Treffpunkt ist um zehn
Uhr am Bootshaus. Für Kaffee und Kuchen ist gesorgt; wer einen Kuchen
beisteuern möchte, trägt sich bitte in die Liste an der Küchentür ein.

Über die Wintermonate ist viel geschehen. Der Gig-Vierer »Zaunkönig« hat neue
Rollsitze bekommen, die Stege sind abgeschliffen und geölt, und dank der Spende
der Bäckerei Rübsam konnten wir sechs Schwimmwesten für die Kindergruppe kaufen.
Den Arbeitsdienst haben dreiundzwanzig Mitglieder geleistet – herzlichen Dank!

Der Jahresbeitrag bleibt unverändert bei 168 € für Erwachsene und 84 € für
Jugendliche. Wir buchen ihn Anfang April ab. Wenn sich eure Bankverbindung
geändert hat, gebt bitte Ludger Schönweiß bis zum 25. März Bescheid:
kasse@blaue-bucht.example.org.

Und noch eine Bitte: Die Schlösser am Motorboot klemmen. Nicht mit Gewalt
drehen, sondern einen Tropfen Öl hineingeben, das Kännchen steht daneben.

Mit herzlichen Grüßen
für den Vorstand

Mechthild Grünewald-Jürß
"""

_MAIL = """\
De : Solène Kervadec <solene.kervadec@halles-du-port.example.org>
À : Fulbert Chassagne <fulbert@fromagerie-chassagne.example.org>
Cc : comptabilite@halles-du-port.example.org
Date : mardi 8 avril 2025 17:26
Objet : Re: Emplacement n° 12, marché de Pâques

Bonjour Fulbert,

Merci de votre message. L'emplacement n° 12, près de la fontaine, est bien
réservé à votre nom pour le marché de Pâques, du samedi 19 au lundi 21 avril.
Le tarif est de 42 € par jour, électricité comprise, soit 126 € pour les trois
jours. Vous pouvez régler sur place, par chèque ou par carte.

L'installation se fait entre six et huit heures ; après cette heure la rue des
Œillets est fermée aux véhicules. Le camion peut rester sur le quai jusqu'au
soir, à condition de laisser libre l'accès des pompiers.

Pourriez-vous m'envoyer avant vendredi l'attestation d'assurance et le dernier
relevé de température de votre vitrine ? La mairie me les demande.

Bien à vous,
Solène Kervadec

> Le 7 avril 2025 à 21:03, Fulbert Chassagne a écrit :
> Bonsoir Solène, je voudrais confirmer ma place au marché de Pâques.
> Est-il possible d'avoir celle de l'an dernier, avec la prise de courant ?
"""

_NEIGHBOURS = """\
ACTA DE LA JUNTA ORDINARIA DE PROPIETARIOS
Comunidad de la calle Almendros, número 18

En la sala de reuniones del portal, a las diecinueve horas del 27 de febrero de
2025, se reúnen en segunda convocatoria los propietarios que se relacionan en la
hoja adjunta, que representan el 61 por ciento de las cuotas. Preside doña
Casilda Ferreruela; actúa de secretario don Eulogio Trasmonte.

1. Cuentas del ejercicio anterior. Se aprueban por unanimidad. El saldo a 31 de
diciembre era de 7.214,55 euros. Quedan dos recibos pendientes, que el
administrador reclamará por escrito.

2. Ascensor. La empresa de mantenimiento advierte de que el cuadro de maniobra
debe cambiarse antes de noviembre. Se presentan tres presupuestos y se elige el
segundo, por importe de 9.380 euros, que se pagará con una derrama en cuatro
plazos iguales.

3. Cigüeñas. Se informa de que ha vuelto a anidar una pareja en la chimenea
común. No se podrá encender la caldera vieja hasta que los pollos hayan volado.

4. Ruegos y preguntas. El vecino del bajo B pide que no se sacudan alfombras
antes de las nueve de la mañana. Se acuerda colocar un aviso en el portal.

Sin más asuntos que tratar, se levanta la sesión a las veinte horas y quince
minutos, de todo lo cual doy fe.
"""

_NOTICE = """\
<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html lang="fr">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">
<title>Travaux au pont des Tilleuls – Commune de Rivelonge</title>
<meta name="author" content="Mairie de Rivelonge">
<style type="text/css">body { font-family: Georgia, serif; width: 46em; } .menu { color: #666; }</style>
<script type="text/javascript">var compteur = 'ne doit pas être indexé';</script>
</head>
<body>
<div class="menu"><a href="index.html">Accueil</a> | <a href="mairie.html">La mairie</a> |
<a href="agenda.html">Agenda</a></div>
<h1>Travaux au pont des Tilleuls</h1>
<p><b>Avis à la population</b> – information publique, affichée le 2&nbsp;juin 2025</p>
<p>Le pont des Tilleuls sera fermé à la circulation du lundi 7&nbsp;juillet au vendredi 29&nbsp;août. L’entreprise
chargée du gros œuvre remplacera les deux poutres de rive et l’étanchéité du tablier. Les piétons et les cyclistes
pourront traverser par la passerelle provisoire, ouverte de six heures à vingt-deux heures.</p>
<h2>Déviation</h2>
<p>Les véhicules légers passeront par le chemin des Lavandes. Les poids lourds sont déviés par Montrésaille ; comptez
un détour de onze kilomètres. Les arrêts «&nbsp;École&nbsp;» et «&nbsp;Vieux Four&nbsp;» ne seront pas desservis.</p>
<h2>Coût et financement</h2>
<table border="1">
<tr><th>Poste</th><th>Montant hors taxes</th></tr>
<tr><td>Maçonnerie et poutres</td><td>284&nbsp;000&nbsp;€</td></tr>
<tr><td>Passerelle provisoire</td><td>37&nbsp;500&nbsp;€</td></tr>
<tr><td>Subvention du département</td><td>– 160&nbsp;000&nbsp;€</td></tr>
</table>
<p>Renseignements&nbsp;: Hyacinthe Delmouly, adjointe aux travaux,
<a href="mailto:travaux@rivelonge.example.org">travaux@rivelonge.example.org</a>.</p>
</body>
</html>
"""


def circular() -> bytes:
    """A German circular, UTF-8 without a mark, lines ended by line feeds."""
    return _CIRCULAR.encode("utf-8")


def mail() -> bytes:
    """A French e-mail saved as text, ISO-8859-15 (€ and Œ are not in ISO-8859-1), lines ended as on Windows."""
    return _MAIL.replace("\n", "\r\n").encode("iso-8859-15")


def neighbours() -> bytes:
    """Spanish minutes, UTF-16 little endian with a byte order mark, as Notepad's "Unicode" saved it."""
    return b"\xff\xfe" + _NEIGHBOURS.replace("\n", "\r\n").encode("utf-16-le")


def notice() -> bytes:
    """A French municipal page in windows-1252, said so in a meta element."""
    return _NOTICE.encode("windows-1252")
