import type { causes as english } from '../en/causes.ts'
import type { Remedies, Translated } from '../translated.ts'

export const causes: Translated<Pick<typeof english, 'cause'>> & Remedies = {
  cause: {
    by_hand: 'Von Hand angehalten',
    circuit_open: 'Sie antwortet nicht',
    unauthorized: 'Der Schlüssel wird nicht angenommen',
    invalid_client: 'Der Shop kennt diesen Zugang nicht',
    forbidden: 'Dem Zugang fehlt ein Recht',
    wrong_address: 'Die Adresse stimmt nicht',
    unexpected_answer: 'Dort antwortet etwas anderes',
    certificate: 'Dem Zertifikat wird nicht vertraut',
    wrong_database: 'Die Datenbank gibt es dort nicht',
    module_missing: 'Die Odoo-App ist nicht installiert',
    module_outdated: 'Die Odoo-App ist zu alt',
    access_denied: 'Dem Dienstbenutzer fehlt ein Recht',
    missing_right: 'Dem Dienstbenutzer fehlt ein Recht',
    timeout: 'Keine Antwort innerhalb der Zeit',
    network: 'Nicht erreichbar',
    server_error: 'Die andere Seite hatte einen Fehler',
    unreadable_answer: 'Die Antwort war nicht lesbar',
    database_down: 'Die Datenbank von Odoo ist weg',
    throttled: 'Wir sollen langsamer sein',
    busy: 'Die andere Seite ist ausgelastet',
    conflict: 'Zwei Änderungen trafen sich',
    in_progress: 'Läuft auf der anderen Seite noch',
    stale_version: 'Inzwischen geändert',
    stale_quantity: 'Inzwischen verkauft',
    aborted: 'Von uns abgebrochen',
    lease_lost: 'Der Prozess war weg',
    bug: 'Unerwarteter Fehler',
    unreadable_body: 'Die Nachricht war nicht lesbar',
    unknown_sku: 'Odoo kennt diese SKU nicht',
    ambiguous_match: 'Mehrere Datensätze passen',
    totals_differ: 'Die Summen weichen ab',
    already_invoiced: 'In Odoo schon in Rechnung gestellt',
    not_delivered: 'Mehr käme zurück, als geliefert wurde',
    deleted: 'In Odoo gelöscht',
    not_invoiced: 'Die Ware steht auf keiner Rechnung',
    status_conflict: 'Der Auftrag steht auf beiden Seiten anders',
    already_delivered: 'In Odoo schon geliefert',
    business_rule: 'Odoo lehnt ab',
    invalid_value: 'Ein Wert wird nicht angenommen',
    invalid_shape: 'Ein Feld fehlt oder ist falsch',
    unknown_reference: 'Ein verknüpfter Datensatz fehlt',
    unknown_record: 'Der Shop hat den Datensatz nicht',
    unknown_model: 'Eine Odoo-App fehlt',
    not_found: 'Odoo hat diesen Datensatz nicht',
    storefront_refused: 'Der Shop lehnt ab',
    inventory_rejected: 'Der Shop hat den Bestand abgelehnt',
    price_rule_unsupported: 'Eine Preisregel, die der Shop nicht führen kann',
    unchanged: 'Nichts hat sich geändert',
    stale: 'Eine neuere Fassung war schneller',
    switched_off: 'Ausgeschaltet',
    not_the_record: 'Die andere Seite ist maßgeblich',
    anomaly: 'Er fällt aus dem Rahmen',
    proposed_change: 'Eine Änderung wartet auf Ihre Entscheidung',
    not_for_us: 'Nichts für die Brücke',
    superseded: 'Ein neueres Ereignis deckt es ab',
    invalid_scope: 'Der Zugang darf diese Rechte nicht haben',
    proxy_refused: 'Ein Proxy weist uns ab',
    archived: 'Der Datensatz ist in Odoo archiviert',
    unknown_field: 'Odoo hat dieses Feld nicht',
    readonly: 'Odoo setzt dieses Feld selbst',
    empty_required: 'Ein Pflichtfeld ist leer',
    required: 'Ein Pflichtwert fehlt',
    invalid_type: 'Ein Wert hat die falsche Art',
    wrong_type: 'Ein Wert hat die falsche Art',
    not_a_choice: 'Keine der Auswahlmöglichkeiten',
    wrong_model: 'Ein Datensatz der falschen Art',
    too_long: 'Der Text ist zu lang',
    not_whole: 'Keine ganze Zahl',
    inexact: 'Ein Betrag würde gekürzt',
    not_a_number: 'Keine Zahl',
    not_a_boolean: 'Weder ja noch nein',
    not_a_date: 'Kein Datum',
    not_a_country: 'Kein Land',
    bad_rule: 'Die Regel ist nicht ausführbar',
    expression_not_run: 'Ein Ausdruck wurde nicht ausgeführt',
    expression_failed: 'Ein Ausdruck schlug fehl',
    expression_too_large: 'Ein Ausdruck ergab zu viel',
    expression_too_long: 'Ein Ausdruck lief zu lange',
    expression_inexact: 'Ein Ausdruck ergab eine ungenaue Zahl',
    no_customer: 'Der Auftrag hat keinen Kunden',
    no_rate: 'Kein Wechselkurs für den Tag des Auftrags',
    no_tax_rule: 'Keine Steuerregel passt',
    unmapped: 'Ein Wert steht in keiner Tabelle',
    unmapped_payment_method: 'Eine Zahlungsart ist nicht zugeordnet',
    unmapped_carrier: 'Eine Versandart ist nicht zugeordnet',
    unmapped_tax: 'Eine Steuer ist nicht zugeordnet',
    unmapped_currency: 'Eine Währung ist nicht zugeordnet',
    unmapped_country: 'Ein Land ist nicht zugeordnet',
    unmapped_category: 'Eine Kategorie ist nicht zugeordnet',
    unmapped_unit: 'Eine Einheit ist nicht zugeordnet',
    unmapped_price_list: 'Eine Preisliste ist nicht zugeordnet',
    unmapped_company: 'Eine Firma ist nicht zugeordnet',
    not_for_sale: 'Ein Produkt ist nicht verkäuflich',
    customer_warning: 'Beim Kunden steht ein Verkaufshinweis',
    customer_on_hold: 'Der Kunde ist in Odoo gesperrt',
    credit_limit: 'Das Kreditlimit würde überschritten',
    duplicate_reference: 'Eine Bestellnummer ist doppelt',
    minimum_quantity: 'Es ist weniger bestellt als die Mindestmenge',
    lookups_changed: 'Eine Wertetabelle hat sich inzwischen geändert',
    too_large: 'Der Datensatz ist zu groß',
    bad_request: 'Die Anfrage wird nicht verstanden',
    unexpected: 'Odoo lehnte ohne Grund ab',
    totals_inconsistent: 'Die Zahlen des Auftrags gehen nicht auf',
    rule: 'Eine Regel hält ihn an',
    not_editable: 'Odoo kann ihn nicht mehr ändern',
    review: 'Odoo kann dem Shop hier nicht folgen',
  },
  meaning: {
    by_hand: 'Jemand hat die Verbindung angehalten.',
    circuit_open:
      'Zehn Aufrufe hintereinander blieben ohne Antwort. Es wird nichts mehr gesendet, bis einer beantwortet wird.',
    unauthorized: 'Die andere Seite nimmt unseren Schlüssel, unser Passwort oder unser Token nicht an.',
    invalid_client: 'Die Token-Adresse lehnt die Client-ID oder ihr Geheimnis ab.',
    invalid_scope: 'Die Token-Adresse gibt die Rechte nicht, die die Brücke braucht.',
    forbidden: 'Der Shop kennt uns und lehnt diesen Aufruf ab.',
    wrong_address: 'Unter der Adresse antwortet etwas, aber nicht die Schnittstelle, die dort erwartet wird.',
    proxy_refused: 'Etwas vor Odoo verlangt eine Anmeldung oder verbietet die Anfrage.',
    unexpected_answer: 'Die andere Seite hat etwas geantwortet, das die Brücke nicht lesen kann.',
    certificate: 'Das TLS-Zertifikat der anderen Seite lässt sich nicht prüfen.',
    wrong_database: 'Odoo läuft, hat für uns aber keine Datenbank dieses Namens.',
    module_missing: 'Die App „Clarity Bridge“ ist in der Datenbank nicht installiert.',
    module_outdated: 'Der App „Clarity Bridge“ fehlt etwas, das diese Fassung der Brücke aufruft.',
    access_denied: 'Odoo kennt den Dienstbenutzer und verweigert ihm diesen Datensatz oder dieses Modell.',
    missing_right: 'Der Dienstbenutzer von Odoo darf nicht, was der Datensatz braucht.',
    lookups_changed: 'Odoo kannte einen Wert nicht, und die Wertetabelle dafür wurde geändert, während gefragt wurde.',
    network: 'Zur anderen Seite kam keine Verbindung zustande, oder sie brach ab.',
    timeout:
      'Die andere Seite nahm die Anfrage an und antwortete nicht rechtzeitig. Vielleicht ist es getan; Wiederholen ist gefahrlos.',
    server_error: 'Die andere Seite antwortete mit einem eigenen Fehler.',
    unreadable_answer: 'Die andere Seite antwortete mit etwas anderem als Daten, etwa mit einer Seite.',
    database_down: 'Odoo antwortet, seine Datenbank nicht.',
    throttled: 'Die andere Seite bittet die Brücke, langsamer zu sein; die Brücke wartet so lange, wie sie sagt.',
    busy: 'Odoo hatte keine Datenbankverbindung für uns frei.',
    conflict: 'Odoo lehnte das Schreiben ab, weil zugleich jemand anderes denselben Datensatz schrieb.',
    in_progress: 'Der Shop arbeitet noch an einem früheren Versuch desselben Schreibens.',
    stale_version: 'Der Datensatz wurde zwischen Lesen und Schreiben geändert.',
    stale_quantity: 'Der Shop hat eine neuere Zahl als die gezählte; es wird neu gezählt.',
    aborted: 'Der Aufruf wurde aufgegeben, bevor er durch war.',
    lease_lost: 'Der Prozess mit dem Ereignis endete, bevor es durch war; ein anderer nimmt es auf.',
    bug: 'Die Brücke selbst ist gescheitert. Das Ereignis wird wiederholt, keines geht verloren.',
    unreadable_body: 'Die Nachricht ist echt, hat aber nicht die vereinbarte Form.',
    invalid_shape: 'Ein Feld des Datensatzes fehlt oder ist nicht, was Shop und Brücke vereinbart haben.',
    unknown_sku: 'Kein Produkt in Odoo hat die SKU der Zeile als interne Referenz.',
    unknown_reference: 'Der Datensatz verweist auf einen anderen, den Odoo noch nicht hat.',
    unknown_record: 'Der Shop antwortet, dass es den Datensatz nicht gibt.',
    unknown_model: 'Odoo hat das Modell oder die Methode nicht, die geschrieben werden soll.',
    not_found: 'Ein Datensatz, der über einen Wert gesucht wird oder verknüpft war, ist nicht in Odoo.',
    ambiguous_match: 'Mehr als ein Datensatz in Odoo hat den Wert, über den er gesucht wird. Geraten wird nicht.',
    archived: 'Der einzige passende Datensatz ist archiviert.',
    unknown_field: 'Eine Regel schreibt ein Feld, das Odoo nicht hat oder dem Dienstbenutzer verbirgt.',
    readonly: 'Eine Regel schreibt ein Feld, das nur gelesen werden darf.',
    empty_required: 'Odoo verlangt das Feld, und der Datensatz hat nichts dafür.',
    required: 'Eine Regel sagt, dass der Wert nötig ist, und der Datensatz hat keinen.',
    invalid_value: 'Odoo lehnt einen Wert ab.',
    invalid_type: 'Eine Umwandlung bekam etwas anderes, als sie umwandeln kann.',
    wrong_type: 'Der Wert passt nicht zur Art des Feldes in Odoo.',
    not_a_choice: 'Das Feld in Odoo hat eine Auswahl, und der Wert gehört nicht dazu.',
    wrong_model: 'Eine Regel zeigt auf einen Datensatz eines anderen Modells, als das Feld annimmt.',
    too_long: 'Der Text ist länger, als das Feld fasst.',
    not_whole: 'Eine Umwandlung in eine ganze Zahl bekam eine mit Nachkommastellen.',
    inexact: 'Eine Umwandlung ließe Nachkommastellen fallen.',
    not_a_number: 'Eine Umwandlung in eine Zahl bekam etwas anderes.',
    not_a_boolean: 'Eine Umwandlung in Ja oder Nein bekam etwas anderes.',
    not_a_date: 'Eine Umwandlung in ein Datum bekam etwas anderes.',
    not_a_country: 'Der Wert ist kein Ländercode nach ISO 3166.',
    bad_rule: 'Eine Umwandlung der Regel hat Angaben, die keinen Sinn ergeben.',
    expression_not_run: 'Der Ausdruck einer Regel hat kein Ergebnis.',
    expression_failed: 'Der Ausdruck einer Regel endete mit einem Fehler.',
    expression_too_large: 'Das Ergebnis eines Ausdrucks, oder der Speicher dafür, übersteigt die Grenze.',
    expression_too_long: 'Der Ausdruck wurde an seiner Zeitgrenze angehalten.',
    expression_inexact: 'Der Ausdruck ergibt eine Zahl mit Nachkommastellen, die nicht genau ist.',
    no_customer: 'Der Auftrag nennt weder einen Kunden noch einen Kontakt.',
    no_rate: 'Der Auftrag hat eine andere Währung als die Firma, und Odoo hat für diesen Tag oder davor keinen Kurs.',
    no_tax_rule: 'Keine Regel sagt, welche Steuer von Odoo die Zeile hat.',
    unmapped: 'Eine Wertetabelle der Zuordnung hat keinen Eintrag für den Wert.',
    business_rule: 'Eine Regel von Odoo verbietet es; die Meldung ist seine eigene.',
    storefront_refused: 'Der Shop lehnt den Wert ab; die Meldung ist seine eigene.',
    inventory_rejected: 'Der Shop nimmt die Zahl für diese SKU und diesen Ort nicht an.',
    price_rule_unsupported:
      'Der Shop führt feste Preise und Prozente auf seinen eigenen Preis, je SKU. Diesen Preis zeigt er nicht.',
    too_large: 'Ein Proxy vor Odoo lehnt eine Anfrage dieser Größe ab.',
    bad_request: 'Odoo versteht die Anfrage nicht.',
    unexpected: 'Odoo lehnte den Datensatz mit einem Fehler ab, den die Brücke nicht kennt.',
    totals_differ: 'Was Odoo für den Auftrag errechnet, weicht von Summe oder Steuer des Shops ab.',
    totals_inconsistent: 'Zeilen, Rabatte, Versand und Steuer des Auftrags ergeben im Shop nicht dessen Summe.',
    rule: 'Eine Ihrer Zuordnungsregeln hält solche Aufträge an, bis jemand sie angesehen hat.',
    anomaly:
      'Eine Menge, ein Preis, ein Rabatt, eine Steuer oder ein zweiter Auftrag weicht von dem ab, was dieser Shop sonst hat, und Sie wollen es erst ansehen.',
    proposed_change: 'Ein Feld wurde auf der Seite geändert, die nicht maßgeblich ist, und Sie wollen gefragt werden.',
    not_for_sale: 'Der Shop hat ein Produkt verkauft, das in Odoo nicht verkauft werden darf.',
    customer_on_hold: 'Jemand hat beim Kunden in Odoo „Storefront Hold“ angehakt, und der Auftrag ist nicht bezahlt.',
    customer_warning: 'Jemand hat beim Kunden in Odoo einen Verkaufshinweis hinterlegt.',
    credit_limit: 'Mit diesem Auftrag schuldete der Kunde mehr als sein Kreditlimit in Odoo.',
    duplicate_reference: 'Derselbe Kunde hat dieselbe Bestellnummer schon bei einem anderen Auftrag benutzt.',
    minimum_quantity: 'Der Auftrag hat weniger von einem Produkt, als Ihre Tabelle der Mindestmengen verlangt.',
    not_editable: 'Der Auftrag wurde im Shop so geändert, wie Odoo es nicht mehr erlaubt.',
    deleted: 'Jemand hat den Datensatz in Odoo gelöscht; der Shop hat ihn noch und hat ihn geändert.',
    status_conflict: 'Der Shop lehnt den Status des Auftrags in Odoo ab, weil der Auftrag dort einen anderen Weg ging.',
    already_delivered: 'Der Shop hat den Auftrag storniert oder Ware herausgenommen, nachdem Odoo sie geliefert hatte.',
    already_invoiced: 'Der Shop hat storniert oder geändert, was in Odoo auf einer gebuchten Rechnung steht.',
    not_delivered: 'Eine Retoure nennt Ware, die Odoo nicht geliefert hat oder die schon zurückkam.',
    not_invoiced:
      'Eine Erstattung betrifft Ware, die auf keiner gebuchten Rechnung in Odoo steht oder schon gutgeschrieben ist.',
    review: 'Odoo lehnt es ab, der Änderung zu folgen, und sagt warum.',
  },
  remedy: {
    circuit_open:
      'Starten Sie den Server oder richten Sie das Netz. Die Brücke sieht alle paar Sekunden nach; die Zustellung geht von selbst weiter.',
    by_hand: 'Setzen Sie sie unter Verbindungen fort, wenn die andere Seite bereit ist.',
    unauthorized:
      'Tragen Sie unter Verbindungen einen gültigen Schlüssel ein. Die Zustellung läuft dann von selbst weiter.',
    invalid_client:
      'Vergleichen Sie Client-ID und Client-Geheimnis unter Verbindungen mit dem Shop. Die Zustellung läuft dann von selbst weiter.',
    forbidden: 'Geben Sie dem Zugang im Shop das fehlende Recht. Die Zustellung läuft dann von selbst weiter.',
    wrong_address:
      'Berichtigen Sie die Adresse (bei einem Odoo vor 19 auch das Protokoll) unter Verbindungen. Die Zustellung läuft dann von selbst weiter.',
    unexpected_answer:
      'Aktualisieren Sie in Odoo die App „Clarity Bridge“ auf den Stand der Brücke; prüfen Sie die Adresse unter Verbindungen und einen Proxy davor. Die Zustellung läuft dann von selbst weiter.',
    certificate:
      'Erneuern Sie das Zertifikat der anderen Seite; stellt Ihre Firma selbst welche aus, lassen Sie den Betreiber der Brücke diesem Aussteller vertrauen. Die Zustellung läuft dann von selbst weiter.',
    wrong_database:
      'Berichtigen Sie die Datenbank unter Verbindungen oder den dbfilter des Odoo-Servers. Die Zustellung läuft dann von selbst weiter.',
    module_missing:
      'Installieren Sie in Odoo unter Apps die App „Clarity Bridge“. Die Zustellung läuft dann von selbst weiter.',
    module_outdated:
      'Aktualisieren Sie in Odoo unter Apps die App „Clarity Bridge“. Die Zustellung läuft dann von selbst weiter.',
    missing_right:
      'Geben Sie dem Dienstbenutzer in Odoo das fehlende Recht: die Rolle Service User unter Clarity Bridge in seinem Benutzerformular, oder was die Meldung nennt. Die Zustellung läuft dann von selbst weiter.',
    timeout:
      'Die Brücke hat es etwa einen Tag lang versucht. Prüfen Sie, ob die andere Seite läuft und erreichbar ist, und wiederholen Sie dann.',
    network:
      'Die Brücke hat es etwa einen Tag lang versucht. Prüfen Sie, ob die andere Seite läuft und erreichbar ist, und wiederholen Sie dann.',
    server_error:
      'Die Brücke hat es etwa einen Tag lang versucht. Prüfen Sie, ob die andere Seite läuft und erreichbar ist, und wiederholen Sie dann.',
    database_down: 'Prüfen Sie, ob die Datenbank von Odoo läuft, und wiederholen Sie dann.',
    bug: 'Das ist ein Fehler der Brücke. Wiederholen Sie einmal; kommt er wieder, melden Sie ihn mit der Trace-Kennung.',
    already_invoiced: 'Berichtigen Sie die Rechnung in Odoo mit einer Gutschrift und schließen Sie dies.',
    not_delivered:
      'Bestätigen Sie die Lieferung in Odoo, oder berichtigen Sie die Retoure im Shop, und wiederholen Sie dann.',
    deleted:
      'Entfernen Sie in Odoo unter Clarity > Links seine Verknüpfung und wiederholen Sie, dann wird er neu angelegt; oder schließen Sie dies.',
    not_invoiced: 'Erstellen Sie die Gutschrift in Odoo von Hand, wo eine fällig ist, und schließen Sie dies.',
    totals_differ:
      'Vergleichen Sie beide Berechnungen; nehmen Sie dann den Unterschied an, oder berichtigen Sie Steuern und Preise.',
    invalid_scope:
      'Geben Sie dem Zugang im Shop die Rechte, die in der Meldung stehen. Die Zustellung läuft dann von selbst weiter.',
    proxy_refused: 'Lassen Sie die Erweiterung durch den Proxy vor Odoo. Die Zustellung läuft dann von selbst weiter.',
    access_denied:
      'Geben Sie dem Dienstbenutzer in Odoo das fehlende Recht: die Rolle Service User unter Clarity Bridge in seinem Benutzerformular, oder was die Meldung nennt. Die Zustellung läuft dann von selbst weiter.',
    unreadable_answer:
      'Die Brücke hat es etwa einen Tag lang versucht. Prüfen Sie, ob die andere Seite läuft und erreichbar ist, und wiederholen Sie dann.',
    throttled:
      'Die Brücke hat es etwa einen Tag lang versucht, und die andere Seite war nie bereit dafür. Wiederholen Sie, wenn sie es ist.',
    busy: 'Die Brücke hat es etwa einen Tag lang versucht, und die andere Seite war nie bereit dafür. Wiederholen Sie, wenn sie es ist.',
    conflict:
      'Die Brücke hat es etwa einen Tag lang versucht, und die andere Seite war nie bereit dafür. Wiederholen Sie, wenn sie es ist.',
    in_progress:
      'Die Brücke hat es etwa einen Tag lang versucht, und die andere Seite war nie bereit dafür. Wiederholen Sie, wenn sie es ist.',
    stale_version:
      'Die Brücke hat es etwa einen Tag lang versucht, und die andere Seite war nie bereit dafür. Wiederholen Sie, wenn sie es ist.',
    stale_quantity:
      'Die Brücke hat es etwa einen Tag lang versucht, und die andere Seite war nie bereit dafür. Wiederholen Sie, wenn sie es ist.',
    aborted:
      'Die Brücke wurde bei jedem Versuch unterbrochen. Sehen Sie nach, dass ihr Server Speicher hat und durchläuft, und wiederholen Sie dann.',
    lease_lost:
      'Die Brücke wurde bei jedem Versuch unterbrochen. Sehen Sie nach, dass ihr Server Speicher hat und durchläuft, und wiederholen Sie dann.',
    unreadable_body:
      'Vergleichen Sie die Nachricht mit dem Vertrag ihres Absenders; berichtigen Sie sie hier und wiederholen Sie, oder verwerfen Sie sie.',
    invalid_shape: 'Berichtigen Sie den Wert hier oder im Shop und wiederholen Sie dann.',
    unknown_sku:
      'Legen Sie das Produkt in Odoo mit dieser internen Referenz an, oder ordnen Sie die SKU einer anderen zu, und wiederholen Sie dann.',
    unknown_reference: 'Wiederholen Sie zuerst den Datensatz, auf den er verweist, dann diesen.',
    unknown_record:
      'Prüfen Sie unter Verbindungen die Adresse des Shops, wenn alle scheitern; sonst verwerfen Sie das Ereignis.',
    unknown_model: 'Installieren Sie die Odoo-App, die dieses Modell mitbringt, und wiederholen Sie dann.',
    not_found:
      'Legen Sie den Datensatz in Odoo mit diesem Wert an, oder ordnen Sie den Wert einem anderen zu, und wiederholen Sie dann.',
    ambiguous_match:
      'Machen Sie den Wert in Odoo eindeutig, oder ordnen Sie ihn dem richtigen Datensatz zu, und wiederholen Sie dann.',
    archived:
      'Holen Sie den Datensatz in Odoo aus dem Archiv, oder ordnen Sie den Wert einem anderen zu, und wiederholen Sie dann.',
    unknown_field: 'Berichtigen Sie die Zuordnung: Odoo hat dieses Feld für den Dienstbenutzer nicht.',
    readonly: 'Nehmen Sie die Regel heraus, oder wählen Sie ein Feld, das geschrieben werden darf.',
    empty_required: 'Füllen Sie das Feld im Shop, oder geben Sie der Regel einen Vorgabewert.',
    required: 'Füllen Sie das Feld im Shop, oder geben Sie der Regel einen Vorgabewert, und wiederholen Sie dann.',
    invalid_value:
      'Berichtigen Sie den Wert im Shop oder hier, oder wandeln Sie ihn in der Zuordnung um, und wiederholen Sie dann.',
    invalid_type: 'Berichtigen Sie die Regel der Zuordnung oder den Wert und wiederholen Sie dann.',
    wrong_type: 'Berichtigen Sie die Regel der Zuordnung oder den Wert und wiederholen Sie dann.',
    not_a_choice: 'Ordnen Sie den Wert über eine Tabelle oder Umwandlung einer der Möglichkeiten zu.',
    wrong_model: 'Richten Sie die Regel auf einen Datensatz der richtigen Art.',
    too_long: 'Kürzen Sie ihn, oder lassen Sie die Regel ihn kürzen.',
    not_whole: 'Berichtigen Sie die Zahl, oder runden Sie sie in der Regel.',
    inexact: 'Berichtigen Sie die Regel der Zuordnung oder den Wert und wiederholen Sie dann.',
    not_a_number:
      'Berichtigen Sie den Wert im Shop oder hier, oder wandeln Sie ihn in der Zuordnung um, und wiederholen Sie dann.',
    not_a_boolean:
      'Berichtigen Sie den Wert im Shop oder hier, oder wandeln Sie ihn in der Zuordnung um, und wiederholen Sie dann.',
    not_a_date:
      'Berichtigen Sie den Wert im Shop oder hier, oder wandeln Sie ihn in der Zuordnung um, und wiederholen Sie dann.',
    not_a_country:
      'Berichtigen Sie den Wert im Shop oder hier, oder wandeln Sie ihn in der Zuordnung um, und wiederholen Sie dann.',
    bad_rule: 'Berichtigen Sie die Regel der Zuordnung oder den Wert und wiederholen Sie dann.',
    expression_not_run: 'Berichtigen Sie die Regel der Zuordnung oder den Wert und wiederholen Sie dann.',
    expression_failed: 'Berichtigen Sie die Regel der Zuordnung oder den Wert und wiederholen Sie dann.',
    expression_too_large: 'Berichtigen Sie die Regel der Zuordnung oder den Wert und wiederholen Sie dann.',
    expression_too_long: 'Berichtigen Sie die Regel der Zuordnung oder den Wert und wiederholen Sie dann.',
    expression_inexact: 'Rechnen Sie mit $add, $subtract, $multiply, $divide oder $roundTo: Sie nehmen und geben Text.',
    no_customer: 'Geben Sie dem Auftrag hier oder im Shop einen Kontakt und wiederholen Sie dann.',
    no_rate: 'Tragen Sie den Kurs in Odoo ein, mit einem Datum nicht nach dem des Auftrags, und wiederholen Sie.',
    no_tax_rule: 'Fügen Sie eine Steuerregel hinzu; alles, was darauf wartet, wird freigegeben.',
    unmapped: 'Fügen Sie der Tabelle einen Eintrag für den Wert hinzu; alles, was darauf wartet, wird freigegeben.',
    not_for_sale:
      'Geben Sie das Produkt in Odoo für den Verkauf frei, oder einigen Sie sich mit dem Kunden auf ein anderes, und wiederholen Sie dann; oder genehmigen Sie den Auftrag, wie er ist.',
    customer_on_hold:
      'Warten Sie auf die Zahlung oder heben Sie die Sperre beim Kunden in Odoo auf, und wiederholen Sie dann; oder genehmigen Sie den Auftrag trotzdem.',
    customer_warning:
      'Klären Sie, was der Hinweis sagt, nehmen Sie ihn in Odoo vom Kunden und wiederholen Sie dann; oder genehmigen Sie den Auftrag trotzdem.',
    credit_limit:
      'Warten Sie auf eine Zahlung oder erhöhen Sie das Kreditlimit in Odoo, und wiederholen Sie dann; oder genehmigen Sie diesen Auftrag.',
    duplicate_reference:
      'Fragen Sie den Kunden, welcher Auftrag gemeint ist; genehmigen Sie diesen, wenn es beide sind; sonst stornieren Sie den anderen in Odoo und wiederholen Sie, oder verwerfen Sie diesen.',
    minimum_quantity:
      'Genehmigen Sie den Auftrag, wenn die Menge vereinbart ist; sonst berichtigen Sie die Tabelle und wiederholen, oder lehnen Sie ihn ab.',
    lookups_changed:
      'Die Tabelle wurde etwa einen Tag lang immer wieder geändert. Wiederholen Sie, wenn sie so ist, wie Sie sie wollen.',
    business_rule: 'Tun Sie, was Odoo verlangt, und wiederholen Sie dann.',
    storefront_refused: 'Berichtigen Sie den Wert oder die Regel, die ihn ergab, und wiederholen Sie dann.',
    price_rule_unsupported:
      'Nennen Sie in Odoo Produkte und einen Preis oder Prozentsatz, oder setzen Sie den Preis im Shop und verwerfen Sie dies.',
    inventory_rejected:
      'Legen Sie Produkt und Lagerort im Shop an, oder lassen Sie das Lager ohne Zuordnung, und wiederholen Sie dann.',
    too_large: 'Heben Sie die Größengrenze des Proxys vor Odoo an und wiederholen Sie dann.',
    bad_request: 'Prüfen Sie die Zuordnung; ist sie richtig, melden Sie den Fehler mit der Meldung.',
    unexpected: 'Wiederholen Sie; bleibt es so, melden Sie den Fehler mit dieser Meldung.',
    totals_inconsistent:
      'Berichtigen Sie den Auftrag im Shop und wiederholen Sie, oder verwerfen Sie ihn und erfassen Sie ihn von Hand.',
    rule: 'Sehen Sie sich den Auftrag an, dann genehmigen Sie ihn oder lehnen ihn ab.',
    anomaly:
      'Sehen Sie sich den Auftrag an. Genehmigen Sie ihn, wenn er stimmt; sonst berichtigen Sie ihn im Shop oder verwerfen ihn.',
    proposed_change: 'Genehmigen Sie sie, um sie auf die andere Seite zu schreiben, oder lehnen Sie sie ab.',
    not_editable: 'Ändern Sie den Auftrag in Odoo von Hand, oder stornieren Sie ihn, und schließen Sie dies.',
    status_conflict:
      'Stellen Sie den Auftrag auf der Seite richtig, die nicht stimmt; dann wiederholen oder verwerfen Sie dies.',
    already_delivered: 'Nehmen Sie die Ware in Odoo über eine Rückgabe zurück und schließen Sie dies.',
    review: 'Entscheiden Sie in Odoo, was richtig ist, dann genehmigen Sie oder lehnen ab.',
  },
  refusal: {
    invalid_request: {
      title: 'Eine Angabe wurde nicht angenommen: {{detail}}',
      remedy: 'Berichtigen Sie sie, und versuchen Sie es erneut.',
    },
    name_taken: {
      title: 'Es gibt schon jemanden mit diesem Namen.',
      remedy: 'Wählen Sie einen anderen Namen.',
    },
    no_such_cause: {
      title: 'Nichts wartet mehr aus diesem Grund.',
      remedy: 'Laden Sie die Seite neu: Jemand hat es vielleicht schon behoben.',
    },
    no_such_user: {
      title: 'Diese Person gibt es nicht mehr.',
      remedy: 'Laden Sie die Seite neu: Jemand hat sie vielleicht entfernt.',
    },
    own_user: {
      title: 'Die eigenen Rechte kann man sich nicht nehmen.',
      remedy: 'Bitten Sie einen anderen Admin, oder melden Sie sich als erster Admin an: Er heißt „admin“.',
    },
    not_allowed: {
      title: 'Das braucht die Rolle {{least}}.',
      remedy:
        'Bitten Sie {{ask}}, es zu tun, oder einen Admin, Ihnen unter Einstellungen > Personen die Rolle zu geben.',
    },
    address_refused: {
      title: 'An diese Adresse darf nichts gesendet werden: {{detail}}',
      remedy: 'Geben Sie eine öffentliche https://-Adresse ein.',
    },
    cannot_hold: {
      title: 'Stunden und Bestände lassen sich nicht zurückhalten: Sie sind schon geschehen.',
      remedy: 'Lassen Sie sich benachrichtigen, oder schalten Sie die Regel aus.',
    },
    entry_refused: {
      title: 'Der Eintrag wurde abgelehnt: {{detail}}',
      remedy: 'Öffnen Sie die Tabelle, und wählen Sie einen anderen Datensatz.',
    },
    invalid_correction: {
      title: 'Die Korrektur passt nicht: {{detail}}',
      remedy: 'Berichtigen Sie das genannte Feld, und versuchen Sie es erneut.',
    },
    invalid_schedule: {
      title: 'Dieser Zeitplan ist nicht lesbar.',
      remedy: 'Schreiben Sie fünf Felder: Minute, Stunde, Tag, Monat, Wochentag.',
    },
    key_made_elsewhere: {
      title: 'Ein neues Geheimnis stellt der Shop nur seinen Administratoren aus.',
      remedy: 'Erzeugen Sie es im Shop, und tragen Sie es hier ein.',
    },
    no_longer_suggested: {
      title: 'Das wird für diese Regeln nicht mehr vorgeschlagen.',
      remedy: 'Vielleicht steht es schon darin, oder die Felder in Odoo haben sich geändert. Laden Sie die Seite neu.',
    },
    no_such_alert: {
      title: 'Diese Meldung ist vorbei.',
      remedy: 'Laden Sie die Seite neu.',
    },
    no_such_anomaly: {
      title: 'Diese Auffälligkeit gibt es nicht mehr.',
      remedy: 'Laden Sie die Seite neu.',
    },
    no_such_drift: {
      title: 'Diesen Unterschied gibt es nicht mehr.',
      remedy: 'Laden Sie die Seite neu: Ein späterer Vergleich fand beide Seiten gleich.',
    },
    no_such_group: {
      title: 'Diese Gruppe gibt es nicht mehr.',
      remedy: 'Laden Sie die Seite neu.',
    },
    no_such_rule: {
      title: 'Diese Regel gibt es nicht.',
      remedy: 'Laden Sie die Seite neu.',
    },
    no_such_sweep: {
      title: 'Dieses Abholen gibt es nicht.',
      remedy: 'Laden Sie die Seite neu; sie zeigt, was es gibt.',
    },
    no_such_series: {
      title: 'Diese Reihe gibt es nicht.',
      remedy: 'Laden Sie die Seite neu.',
    },
    no_such_table: {
      title: 'Diese Tabelle gibt es nicht.',
      remedy: 'Wählen Sie eine aus der Liste.',
    },
    no_such_entity: {
      title: 'Das gibt es hier nicht.',
      remedy: 'Laden Sie die Seite neu.',
    },
    no_such_direction: {
      title: 'Diese Richtung gibt es hier nicht.',
      remedy: 'Laden Sie die Seite neu.',
    },
    no_such_connection: {
      title: 'Diese Verbindung gibt es nicht.',
      remedy: 'Laden Sie die Seite neu.',
    },
    no_such_address: {
      title: 'Unter dieser Adresse antwortet nichts.',
      remedy: 'Laden Sie die Seite neu.',
    },
    not_approvable: {
      title: 'Das lässt sich nicht genehmigen, es muss behoben werden.',
      remedy: 'Korrigieren Sie die Nachricht oder den Datensatz, und wiederholen Sie sie.',
    },
    not_repairable: {
      title: 'So lässt sich dieser Unterschied nicht beheben.',
      remedy: 'Berichtigen Sie den Datensatz in Odoo oder im Shop; der nächste Vergleich sieht es.',
    },
    not_rotated: {
      title: 'Es wurde nichts ersetzt. {{detail}}',
      remedy: 'Prüfen Sie die Verbindung, und versuchen Sie es erneut.',
    },
    odoo_does_not_answer: {
      title: 'Odoo antwortet nicht.',
      remedy: 'Prüfen Sie die Verbindung zu Odoo, und fragen Sie erneut: Seine Felder werden gebraucht.',
    },
    history_being_read: {
      title: 'Es ist noch nicht der ganze Verlauf gelesen, jemand könnte übersehen werden.',
      remedy: 'Er wird gerade gelesen. Fragen Sie in einigen Sekunden erneut.',
    },
    odoo_away: {
      title: 'Die Rechnung lässt sich gerade nicht holen.',
      remedy: 'Versuchen Sie es in einigen Minuten erneut.',
    },
    settings_do_not_work: {
      title: 'Es wurde nichts geändert, denn die neuen Werte funktionieren nicht. {{detail}}',
      remedy: 'Berichtigen Sie sie, und speichern Sie erneut.',
    },
    side_away: {
      title: 'Die Einnahmen waren nicht zu lesen: {{detail}}',
      remedy:
        'Beheben Sie das, und versuchen Sie es erneut. In Odoo braucht der Dienstbenutzer die Gruppe „Service User, with Invoices and Payments“.',
    },
    storefront_away: {
      title: 'Der Shop war nicht zu lesen: {{detail}}',
      remedy: 'Prüfen Sie die Verbindung zum Shop, und lesen Sie erneut.',
    },
    too_large: {
      title: 'Das ist größer, als hier angenommen wird.',
      remedy: 'Senden Sie weniger auf einmal.',
    },
    unreadable: {
      title: 'Das war nicht als JSON zu lesen.',
      remedy: 'Schreiben Sie gültiges JSON.',
    },
    unreadable_file: {
      title: 'Die Datei ist nicht lesbar: {{detail}}',
      remedy: 'Berichtigen Sie die Datei, und versuchen Sie es erneut.',
    },
    wrong_credentials: {
      title: 'Name und Passwort passen nicht zusammen.',
      remedy:
        'Prüfen Sie beides. Der erste Admin heißt „admin“ und hat das Passwort, das bei der Einrichtung der Erweiterung gesetzt wurde; alle anderen bitten einen Admin um ein neues Passwort.',
    },
    locked_out: { title: 'Zu viele fehlgeschlagene Anmeldungen.', remedy: 'Warten Sie {{seconds}} Sekunden.' },
    too_many_requests: { title: 'Zu viele Anfragen von Ihrer Adresse.', remedy: 'Warten Sie eine Minute.' },
    not_loadable: {
      title: 'Von der führenden Seite gibt es dafür kein erstes Laden.',
      remedy: 'Ändern Sie die führende Seite, oder übertragen Sie von Hand.',
    },
    switched_off: {
      title: 'Diese Richtung ist ausgeschaltet; nichts käme an.',
      remedy: 'Schalten Sie sie unter Entitäten ein und beginnen Sie erneut.',
    },
    load_under_way: {
      title: 'Ein erstes Laden davon läuft gerade.',
      remedy: 'Lassen Sie es enden, oder brechen Sie es ab.',
    },
    not_now: { title: 'Das erste Laden ist inzwischen in einem anderen Zustand.', remedy: 'Laden Sie die Seite neu.' },
    nothing_to_decide: {
      title: 'Hier ist nichts mehr zu entscheiden.',
      remedy: 'Laden Sie die Seite neu; sie zeigt, was noch offen ist.',
    },
    no_such_load: { title: 'Dieses erste Laden gibt es nicht mehr.', remedy: 'Laden Sie die Seite neu.' },
    foreign_page: { title: 'Diese Änderung kam nicht aus dem offenen Panel.', remedy: 'Laden Sie die Seite neu.' },
    not_signed_in: { title: 'Sie sind nicht angemeldet.', remedy: 'Melden Sie sich erneut an.' },
    conflict: {
      title: 'Jemand anderes hat inzwischen gespeichert.',
      remedy: 'Vergleichen Sie beides, wählen Sie, wo sie abweichen, und speichern Sie erneut.',
    },
    invalid_rules: {
      title: 'Mit diesen Regeln lässt sich nichts zuordnen.',
      remedy: 'Berichtigen Sie die genannten Regeln.',
    },
    no_draft: {
      title: 'Es gibt keinen Entwurf.',
      remedy: 'Laden Sie die Seite neu: Er wurde aktiviert oder verworfen.',
    },
    no_such_mapping: { title: 'Diese Zuordnung gibt es nicht.', remedy: 'Die Liste der Zuordnungen nennt alle.' },
    no_such_version: { title: 'Diese Version gibt es nicht.', remedy: 'Wählen Sie eine aus der Liste.' },
    already_live: { title: 'Diese Version gilt schon.', remedy: 'Es ist nichts zu tun.' },
    no_event_to_test: {
      title: 'Dieses Ereignis gehört nicht zu dieser Zuordnung.',
      remedy: 'Wählen Sie eines der passenden Art, oder fügen Sie eines ein.',
    },
    no_such_event: {
      title: 'Dieses Ereignis gibt es nicht.',
      remedy: 'Vielleicht wurde es nach seiner Aufbewahrungszeit entfernt. Suchen Sie nach der Auftragsnummer.',
    },
    not_open: {
      title: 'Dieses Ereignis wartet auf niemanden mehr.',
      remedy: 'Laden Sie die Seite neu: Jemand war schneller, oder es ging von selbst durch.',
    },
    internal: {
      title: 'Die Brücke konnte nicht antworten. Nichts ging verloren.',
      remedy: 'Versuchen Sie es erneut; bleibt es so, suchen Sie die Anfragenummer im Protokoll der Erweiterung.',
    },
  },
}
