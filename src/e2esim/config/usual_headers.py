"""Headers as exports and people write them (English, German, Italian, French, Spanish), read where one reading is possible and told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from e2esim.domain.schema import Table

# By column; a word counts in every table that has the column and no column of that name. No word that may mean two things: "date" (of the order or of
# the delivery), "lead time" (days or weeks), "amount" (pieces or money), "available" (on hand or free).
_LEAD_DAYS = "lead_time_(days) lieferzeit_(days) wiederbeschaffungszeit_(days) tempo_di_consegna_(days) délai_(days) plazo_(days)"
_TIMES = ("time", "zeit", "tempo_di_consegna", "délai", "plazo")  # names of times, which mean nothing without their unit
_DAYS = ("d", "day", "days", "tage", "tg", "giorni", "gg", "jours", "j", "días", "dias")
WORDS: Mapping[str, str] = {
    "item": "item_no item_number item_nr item_id item_code article article_no article_number material material_no material_number part part_no part_number "
            "part_id sku product product_no product_id product_code artikel artikelnummer artikel_nr artikelnr materialnummer teilenummer articolo "
            "codice_articolo cod_articolo code_article référence_article artículo articulo",
    "name": "description item_description material_description designation bezeichnung benennung beschreibung descrizione désignation descripción descripcion",
    "unit": "uom unit_of_measure base_unit um u_m einheit mengeneinheit me basismengeneinheit unità unita unità_di_misura unité unidad",
    "order": "order_no order_number order_nr order_id sales_order sales_order_no so_number auftrag auftragsnummer auftrag_nr bestellung ordine "
             "numero_ordine n_ordine commande pedido",
    "line": "pos position line_no line_number line_item order_line item_line posnr auftragsposition riga posizione ligne línea linea",
    "customer": "customer_no customer_number customer_id customer_name client client_name kunde kundennummer kunden_nr cliente codice_cliente",
    "qty": "quantity qty_open open_qty open_quantity order_qty order_quantity ordered_quantity menge offene_menge auftragsmenge bestellmenge quantità quantita "
           "qta q_tà quantité cantidad",
    "due": "due_date delivery_date requested_date requested_delivery_date request_date required_date required_by need_date need_by due_by liefertermin "
           "lieferdatum wunschtermin fällig fälligkeit data_consegna consegna scadenza data_richiesta date_livraison date_de_livraison fecha_entrega "
           "fecha_de_entrega",
    "priority": "prio priorität prioritaet priorità priorita priorité prioridad",
    "price": "unit_price sales_price preis stückpreis einzelpreis prezzo prezzo_unitario prix prix_unitaire precio",
    "on_hand": "quantity qty stock on_hand_qty on_hand_quantity qty_on_hand quantity_on_hand stock_on_hand bestand lagerbestand menge giacenza esistenza "
               "quantità quantita quantité cantidad existencias",
    "parent": "parent_item parent_no parent_part assembly father oberteil baugruppe padre assieme",
    "component": "child child_item component_no component_item komponente componente composant figlio",
    "qty_per": "quantity qty qty_per_unit quantity_per menge quantità quantita quantité cantidad",
    "supplier": "supplier_no supplier_id supplier_name vendor vendor_no vendor_id vendor_name lieferant fornitore fournisseur proveedor",
    "lead_time_days": f"lead_days lead_time_in_days {_LEAD_DAYS}",
    "lead_time_d": f"lead_days lead_time_days lead_time_in_days {_LEAD_DAYS}",
    "moq": "minimum_order_quantity min_order_qty minimum_order_qty mindestbestellmenge",
    "work_centre": "work_center workcenter workcentre work_center_no arbeitsplatz arbeitsgang_platz centro_di_lavoro centro_lavoro poste_de_charge",
    "step": "operation operation_no op op_no operation_number arbeitsgang vorgang fase operazione opération operación",
    "use_by": "expires expiry expiry_date expiration_date best_before mhd verfallsdatum haltbar_bis data_scadenza scadenza date_limite fecha_caducidad",
    "weekday": "day wochentag giorno jour día",
    "period": "week date day monat woche mese settimana semaine mois semana mes",
}  # fmt: skip


def _key(header: str) -> str:
    """A header as the words above are written.

    >>> _key("Item No."), _key("Quantity [pcs]"), _key("U.M.")
    ('item_no', 'quantity', 'u_m')
    >>> _key("Lead time [Tage]"), _key("Lead time (weeks)")
    ('lead_time_(days)', 'lead_time_(weeks)')
    """
    bare, _, unit = header.strip().lower().rstrip(")]").replace("[", "(").partition("(")
    plain, unit = re.sub(r"[\s\-_.#/°:]+", "_", bare.strip()).strip("_"), unit.strip()
    if not plain.endswith(_TIMES):
        return plain
    return f"{plain}_(days)" if unit in _DAYS else f"{plain}_({unit})" if unit else plain


def usual_headers(table: Table) -> dict[str, str]:
    """Words for columns of ``table``, and the columns; words that may mean two of its columns, or are names of some, are left out."""
    own = {column.name for column in table.columns} | {alias for column in table.columns for alias in column.aliases}
    found: dict[str, str] = {}
    twice: set[str] = set()
    for column in table.columns:
        for word in WORDS.get(column.name, "").split():
            twice |= {word} if word in found else set()
            found[word] = column.name
    return {word: name for word, name in found.items() if word not in own | twice}


def read_as(table: Table, headers: Sequence[str], names: Sequence[str]) -> list[str]:
    """The column of each header; those of ``names`` that are empty by a usual word, where no other header means the same column.

    >>> from e2esim.domain.schema import TABLE
    >>> read_as(TABLE["orders"], ["Order No.", "SKU", "Quantity", "Delivery date", "clerk"], ["", "", "", "", ""])
    ['order', 'item', 'qty', 'due', '']
    >>> read_as(TABLE["orders"], ["order", "Due date", "Requested date"], ["order", "", ""])
    ['order', '', '']
    """
    words = usual_headers(table)
    guessed = ["" if name or header.startswith("_") else words.get(_key(header), "") for header, name in zip(headers, names, strict=True)]
    return [name or (guess if guess not in names and guessed.count(guess) == 1 else "") for name, guess in zip(names, guessed, strict=True)]


def without_unit(table: Table, header: str) -> str:
    """What to do with a time whose header states no unit, or another than the column's; '' where the header names none.

    >>> from e2esim.domain.schema import TABLE
    >>> without_unit(TABLE["items"], "Lead time (weeks)"), without_unit(TABLE["items"], "colour")
    ("did you mean 'lead_time_d', in days? Write the days", '')
    """
    bare = _key(header).partition("_(")[0]
    for word, name in usual_headers(table).items():
        if bare and word == f"{bare}_(days)":
            return f"did you mean '{name}', in days? Write the days"
    return ""
