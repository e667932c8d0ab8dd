/**
 * What commerce calls one thing by many names: platforms, merchants, English, German, a little French and Spanish. Facts of the
 * trade, of no storefront in particular. A phrase stands for a thing that its single words would not say.
 */
export const phrases: Record<string, string> = {
  zip: 'postal code, post code, zip code, postleit zahl, code postal, zip postal code',
  taxid:
    'tax id, vat id, vat number, vat no, vat reg no, vat registration number, tax number, tax identification number, tax vat, ust id, ust idnr, ust id nr, umsatzsteuer id, sales tax id, gst number, fiscal code, tva intracom, eu vat',
  firstname: 'first name, given name, fore name, vor name, f name',
  lastname: 'last name, family name, sur name, nach name, second name, l name',
  fullname: 'full name, contact name, display name, complete name',
  sku: 'stock keeping unit, article number, article no, item number, item no, product code, item code, part number, internal reference, product number, artikel nummer, artikel nr, model number',
  barcode: 'bar code, ean 13, ean 8, ean code, upc code, upc a, gtin 13, gtin 14, strich code',
  duedate:
    'due date, due on, payment due, payable by, payable until, date due, due at, faellig am, pay by, pay until, faelligkeits datum',
  purchaseorder: 'purchase order, p o, customer po, customer order, bestell nummer kunde',
  leadtime:
    'lead time, lead day, delivery lead, handling time, liefer zeit, delivery time, customer lead time, days to ship',
  pricelist: 'price list, price book, price group, preis liste, tariff group, price level, price tier',
  creditlimit: 'credit limit, credit line, kredit limit, kredit rahmen, max credit, credit allowance',
  paymentterm:
    'payment term, term of payment, net term, zahlungs ziel, zahlungs bedingung, payment condition, terms of payment, days to pay',
  paymentmethod:
    'payment method, method of payment, pay method, zahlungs art, zahlungs weise, payment type, payment gateway, payment mean, tender type',
  onhand:
    'on hand, in stock, stock quantity, inventory quantity, stock level, quantity available, qty on hand, lager bestand, available quantity',
  hscode:
    'hs code, hs tariff, tariff number, tariff code, customs code, harmonized system, harmonised system, harmonized code, commodity code, customs tariff, zoll tarif nummer, hts code, taric code, statistical number',
  origincountry:
    'country of origin, origin country, made in, country of manufacture, country code of origin, ursprungs land, origin of good, herkunfts land, manufacturing country, country origin',
  unitofmeasure:
    'unit of measure, measure unit, measurement unit, sales unit, mengen einheit, unit of measurement, quantity unit',
  timezone: 'time zone, zeit zone',
  salesperson:
    'sales person, sales rep, sales representative, account manager, account owner, sales man, key account, sales agent, vertriebs mitarbeiter, sold by, account executive',
  salesteam: 'sales team, sales channel, vertriebs team, sales unit',
  jobtitle: 'job title, job position, position title, job function, role title',
  trackingnumber:
    'tracking number, track number, tracking no, tracking code, tracking reference, tracking ref, tracking id, parcel number, waybill number, consignment number, sendungs nummer, track and trace, awb number, tracking nr',
  trackingurl: 'tracking url, track url, tracking link, tracking page, track link',
  street2:
    'street 2, address 2, line 2, street line 2, address line 2, street two, suite number, adress zusatz, addr 2, apartment number',
  street1: 'street 1, address 1, line 1, street line 1, address line 1, street address, street name, addr 1',
  orderdate:
    'order date, date order, placed at, placed on, ordered at, ordered on, date of order, order placed, purchased at, purchase date, bestell datum, order time, date placed, processed at, date ordered',
  deliverydate:
    'delivery date, requested delivery, requested date, wish date, liefer termin, wunsch termin, delivery by, promised date, requested ship date, deliver by, commitment date, deliver on, required date, needed by',
  invoicedate:
    'invoice date, bill date, issue date, issued on, issued at, date of invoice, rechnungs datum, invoiced on, invoice day, billing date, document date, date issued, invoiced at',
  shippingcost:
    'shipping cost, shipping price, freight cost, shipping charge, delivery cost, delivery charge, freight charge, carrier price, versand kosten, shipping fee, postage paid',
  netamount:
    'sub total, amount untaxed, untaxed amount, net amount, net total, net sum, total net, total excl tax, total excluding tax, amount excl tax, netto betrag, total ex vat, total before tax, netto summe, total net amount',
  taxamount:
    'tax amount, total tax, tax total, tax sum, vat amount, vat total, vat sum, total vat, amount tax, steuer betrag, tax value, mwst betrag, price tax, line tax, sales tax amount',
  grossamount:
    'grand total, total price, gross amount, total amount, gross total, amount total, order total, total incl tax, total including tax, brutto betrag, gesamt betrag, gesamt summe, invoice total, total gross, total due amount',
  amountdue:
    'balance due, amount due, open amount, outstanding amount, amount residual, residual amount, open balance, amount open, offener betrag, outstanding balance, remaining amount, rest betrag, amount outstanding, balance remaining, unpaid amount',
  amountpaid: 'amount paid, already paid, paid amount, total paid, paid so far, paid total, bezahlter betrag',
  unitprice:
    'unit price, price unit, item price, price each, price per unit, einzel preis, price per item, sales price each',
  taxrate: 'tax rate, tax percent, tax percentage, vat rate, vat percent, steuer satz, tax pct, vat percentage',
  taxclass:
    'tax class, tax code, vat class, tax category, vat code, tax group, steuer klasse, tax key, steuer schluessel, tax type',
  linetotal:
    'row total, line total, item total, line amount, price subtotal, total line, zeilen summe, position total, extended price, row amount',
  listprice:
    'list price, sales price, regular price, base price, selling price, retail price, catalog price, standard sales price, verkaufs preis, vk preis, lst price, price base, normal price',
  costprice:
    'standard price, purchase price, purchase cost, cost price, unit cost, item cost, einkaufs preis, ek preis, cost of good, wholesale cost, landed cost, buying price, cost per item, supplier price',
  companyregistry:
    'company registry, company registration, registration number, company number, handels register, handels register nummer, trade register, commercial register, company id, chamber of commerce, kvk number, company reg no, siret number',
  customernumber:
    'customer number, customer no, customer code, kunden nummer, account number, customer ref, client number, debitor number, debitoren nummer, customer reference number, kunden nr, client code',
  website: 'web site, home page, website url, web page, website link, web address, company website',
  fiscalposition: 'fiscal position, tax zone, tax region, tax area, tax regime, vat zone, steuer zone, tax treatment',
  billingaddress:
    'billing address, invoice address, bill to, bill to address, invoice to, rechnungs adresse, partner invoice, billing contact, rechnungs anschrift, billing detail',
  shippingaddress:
    'shipping address, delivery address, ship to, ship to address, deliver to, liefer adresse, partner shipping, delivery contact, liefer anschrift, shipping detail, shipping contact',
  orderline: 'order line, line item, order item, order position, order row, ordered item, cart item',
  shippingmethod:
    'shipping method, delivery method, shipping carrier, delivery carrier, tracking company, shipping company, versand art, delivery option, shipping option, shipping service, carrier service, shipping provider, preferred carrier, delivery service, courier name, shipping title',
  pickedat:
    'shipped at, dispatched at, shipped on, dispatch date, ship date, date of transfer, date done, shipping date, versand datum, sent at, fulfilled at, shipment date, dispatched on, shipped date, date shipped',
  scheduleddate:
    'scheduled date, planned date, planned for, scheduled for, scheduled at, estimated departure, planned shipping, expected ship date, planned dispatch',
  deadline: 'dead line, latest arrival, latest delivery, no later than, must arrive by, latest date, at the latest',
  shippingpolicy:
    'shipping policy, picking policy, ship complete, partial delivery, delivery policy, complete delivery, teil lieferung, deliver complete, allow partial',
  expiration:
    'valid until, valid to, expiry date, expiration date, validity date, expires on, expires at, valid through, gueltig bis, good until, quote expiry',
  creditrating:
    'credit rating, credit score, degree of trust, creditworthiness rating, bonitaet, payment moral, risk rating, trust level',
  invoicesending:
    'invoice sending, invoice delivery, send invoice by, invoice send method, how invoice are sent, invoice channel, invoice dispatch',
  einvoiceformat:
    'e invoice format, invoice edi format, einvoice format, electronic invoice format, e rechnung format, edi format',
  sortorder:
    'sort order, sort index, display order, menu order, menu position, sort position, list position, sorting order, sort sequence',
  cansell: 'can be sold, sale ok, for sale, is sellable, available for sale, can sell, sell able',
  canbuy: 'can be purchased, purchase ok, can purchase, can buy, is purchasable, purchase able',
  trackstock:
    'track inventory, keep stock, track quantity, manage stock, is storable, manage inventory, track stock, stock managed, inventory tracked, bestands fuehrung, stocked item',
  lottracking: 'track by, tracking by, lot tracking, serial tracking, traceability mode, batch tracking, trace by',
  revenueaccount:
    'revenue account, income account, sales account, erloes konto, gl account revenue, ledger account sales',
  expenseaccount: 'expense account, cost account, purchase account, aufwands konto',
  purchasetax: 'purchase tax, input vat, input tax, vor steuer, purchase vat, supplier tax',
  salestax: 'sales tax, output tax, output vat, customer tax, sale tax',
  incotermplace: 'incoterm place, incoterm location, named place, place of delivery incoterm',
  currencyrate: 'currency rate, fx rate, exchange rate, conversion rate, wechsel kurs, rate of exchange',
  legalentity:
    'legal entity, legal company, our company, operating company, selling entity, selling company, business entity, gesellschaft',
  bankaccount:
    'bank account, recipient bank, pay into account, bank detail, iban number, receiving account, bank konto, remit to',
  paymentreference:
    'payment reference, payment ref, psp reference, bank reference, remittance information, transaction reference, verwendungs zweck, payment id reference, zahlungs referenz, structured reference, transaction id',
  signedby: 'signed by, accepted by, signer name, signature name, name of signer, approved by name',
  signedon: 'signed on, signed at, accepted at, accepted on, date signed, signature date, signed date',
  sourcedocument:
    'source document, source doc, order reference, origin document, order id, source order, originating document, invoice origin, order number, document origin, order no',
  crosssell:
    'cross sell, cross selling, optional product, accessory product, related product, up sell, upsell product, recommended product, frequently bought together',
  salewarning:
    'sale warning, order alert, order warning, sales alert, message for sale order, message for sales order, warning on order, order note alert',
  deliverynote:
    'packing instruction, delivery description, description picking, description on delivery order, packing note, description pickingout, pick note, packing text',
  purchasenote:
    'purchase text, purchase description, purchase note, purchasing text, buying text, vendor description, order text supplier, description purchase, einkaufs text',
  minstock:
    'min stock, minimum stock, reorder point, min quantity stock, safety stock level, melde bestand, mindest bestand, reordering min qty, reorder level, low stock amount',
  maxstock: 'max stock, maximum stock, reordering max qty, hoechst bestand',
  invoicingpolicy:
    'invoicing policy, invoice policy, billing policy, bill on, invoice on, billing mode, invoicing rule',
  backorderof: 'backorder of, back order of, backorder parent, follow up of, remaining of',
  packagecount:
    'package count, packages count, number of package, number of parcel, num package, parcel count, number of box, box count, colli count, package number count',
  cartid: 'cart id, cart token, basket id, checkout token',
  discountpercent:
    'discount percent, discount percentage, rebate percent, discount rate, discount pct, rabatt prozent, percent off, discount in percent',
  couponcode: 'coupon code, promo code, voucher code, discount code, promotion code, gutschein code',
  salesnote:
    'sales description, description sale, short description, product description, sales text, description for customer, body html, long description, artikel beschreibung, produkt beschreibung',
  metadescription: 'meta description, seo description, seo title, meta title, meta keyword',
  productcategory:
    'product category, category path, product type category, product group, waren gruppe, categ path, artikel gruppe, merchandise group, category name, product family, main category',
  creatednote:
    'internal remark, internal note, internal comment, staff note, private note, private remark, office note',
  customergroup:
    'customer group, customer tag, customer segment, client group, kunden gruppe, customer class, group name, customer category, client segment, customer type group',
  peppolid: 'peppol id, peppol endpoint, peppol address, e invoice address, electronic address, participant id',
  dateofsupply:
    'date of supply, supply date, leistungs datum, delivery date invoice, service date, taxable supply date',
  supplier: 'vendor name, supplier name, preferred supplier, lieferant name, main supplier, preferred vendor',
  isvendor: 'is vendor, is supplier, supplier rank, also supplier, vendor flag, supplier flag',
  birthday: 'date of birth, birth date, birth day, geburts datum',
  ipaddress: 'ip address, remote ip, client ip, last login ip, browser ip',
  orderstatus: 'order status, order state, bestell status, state of order',
  paymentstatus:
    'payment status, payment state, financial status, zahlungs status, paid status, payment situation, invoice status',
  address: 'address book, address list',
  weight:
    'gross weight, net weight, total weight, item weight, shipping weight, weight gram, weight g, weight kg, gross kg, kg total, total kg, net kg, weight lb',
  volume: 'volume m 3, volume cbm, box volume, shipping volume, cubic meter, raum inhalt, item volume',
}

/** Single words. The first that lists a word has it. */
export const synonyms: Record<string, string> = {
  phone: 'phone, telephone, tel, telefon, mobile, cell, cellphone, handy, phonenumber, fon, telefone, telefono, msisdn',
  email: 'email, mail, mailaddress, emailaddress, eposta, correo',
  name: 'name, nom, nombre, addressee, recipient, attention, attn, bezeichnung, benennung',
  firstname: 'firstname, forename, vorname, givenname, prenom, fname',
  lastname: 'lastname, surname, nachname, familyname, lname',
  company:
    'company, firm, firma, organisation, organization, business, societe, corporation, unternehmen, companyname, empresa',
  street1: 'street, strasse, address1, street1, rue, calle, addr, streetline, str, line1',
  street2: 'street2, address2, line2, adresszusatz, apartment, suite, complement',
  city: 'city, town, locality, ort, stadt, ville, municipality, ciudad, settlement',
  zip: 'zip, postcode, plz, postalcode, zipcode, postleitzahl, cp, pincode, eircode',
  state: 'state, province, region, bundesland, county, prefecture, territory, kanton, canton, provincia',
  country: 'country, land, pays, nation, pais, countrycode',
  taxid: 'taxvat, vatid, ustid, taxid, tin, gstin, ustidnr, vatnumber, uid, ein, abn, rfc, nif, cif, siren',
  sku: 'sku, artikelnummer, itemcode, articlecode, artnr, mpn, itemnumber, partno, productcode',
  barcode: 'barcode, ean, gtin, upc, isbn, strichcode, ean13',
  quantity: 'quantity, qty, menge, anzahl, quantite, cantidad, stueckzahl',
  price: 'price, preis, prix, precio',
  cost: 'cost, cogs, kosten, einkaufspreis',
  tax: 'tax, vat, steuer, mwst, ust, gst, tva, iva, duty, taxe, umsatzsteuer, mehrwertsteuer',
  discount: 'discount, rebate, rabatt, reduction, remise, nachlass',
  total: 'total, gesamt, sum, summe',
  amount: 'amount, betrag, montant, importe',
  currency: 'currency, waehrung, devise, moneda, curr',
  note: 'note, comment, remark, memo, notiz, bemerkung, kommentar, annotation, narration, anmerkung, observation',
  description: 'description, beschreibung, desc, about, details, narrative',
  weight: 'weight, gewicht, mass, poids, peso',
  volume: 'volume, volumen, cbm, m3, cubage',
  category: 'category, kategorie, categ, collection, warengruppe, department, categorie, taxonomy',
  tag: 'tag, label, keyword, schlagwort, etikett',
  language: 'language, lang, locale, sprache, langue, idioma',
  website: 'website, homepage, webseite, webpage, internet, web',
  salesperson: 'salesperson, salesman, salesrep, verkaeufer, vertreter, seller, betreuer, kundenbetreuer, salesagent',
  responsible: 'responsible, manager, owner, packer, verantwortlich, assignee, handler',
  industry: 'industry, branche, sector, trade, vertical, sektor',
  customer: 'customer, buyer, client, kunde, shopper, purchaser, debitor, partner, acheteur, consumer',
  supplier: 'supplier, vendor, lieferant, fournisseur, seller, manufacturer, kreditor',
  warehouse: 'warehouse, lager, depot, fulfilmentcenter, entrepot, stockroom',
  shipping:
    'shipping, shipment, delivery, versand, lieferung, fulfilment, fulfillment, dispatch, freight, fracht, livraison, transport',
  shippingmethod: 'carrier, courier, versandart, spediteur, versanddienst, transporteur, shipper, forwarder',
  picking: 'picking, transfer, despatch',
  invoice: 'invoice, bill, billing, rechnung, facture, factura',
  order: 'order, bestellung, auftrag, commande, pedido',
  status: 'status, stage, zustand, phase',
  image: 'image, picture, photo, bild, thumbnail, img, foto, avatar',
  active: 'active, enabled, published, aktiv, visible, live, isactive',
  variant: 'variant, variante, variation, parent, template',
  incoterm: 'incoterm, deliveryterm, lieferbedingung',
  jobtitle: 'jobtitle, jobposition, occupation, position, beruf, function',
  reference: 'reference, ref, referenz, referenznummer',
  number: 'number, no, nr, num, nummer, numero, increment',
  code: 'code, key, iso, schluessel, handle',
  priority: 'priority, urgency, dringlichkeit, prioritaet, importance, rush',
  paymentterm: 'zahlungsziel, paymentterm, zahlungsbedingung, netterm',
  pricelist: 'preisliste, pricelist, pricebook, tarif',
  customernumber: 'kundennummer, customernumber, kundennr, debitorennummer, custno, accountno',
  latitude: 'latitude, lat, breitengrad',
  longitude: 'longitude, lng, lon, long, laengengrad',
  gln: 'gln, ils',
  timezone: 'timezone, tz, zeitzone',
  companyregistry: 'hrb, handelsregister, handelsregisternummer, siret, kvk, registernummer, companyregistry, crn',
  taxclass: 'taxclass, taxcode',
  unitofmeasure: 'uom, unit, einheit, unite, mengeneinheit, packaging, measure',
  hscode: 'hs, hts, taric, zolltarifnummer, hsn, harmonized',
  origincountry: 'coo, ursprungsland, madein',
  leadtime: 'leadtime, lieferzeit',
  title: 'title, titel, heading, subject',
  date: 'date, datum, day, fecha',
  orderdate: 'placedat, orderdate, bestelldatum, orderedat',
  duedate: 'duedate, faelligkeit, faelligkeitsdatum, faelligam',
  invoicedate: 'invoicedate, rechnungsdatum',
  deliverydate: 'deliverydate, liefertermin, lieferdatum, wunschtermin',
  sequence: 'sequence, sorting, rank, ordering, sortierung',
  journal: 'journal, ledger, buch',
  signature: 'signature, unterschrift, pod, signatur',
  percent: 'percent, percentage, pct, prozent',
  locked: 'locked, frozen, gesperrt, readonly',
  campaign: 'campaign, kampagne',
  medium: 'medium, kanal',
  source: 'source, quelle, referrer',
  location: 'location, standort, lagerort, platz, site, bin',
  payment: 'payment, zahlung, paiement, pago, tender',
  paymentmethod: 'zahlungsart, zahlungsweise, paymentmethod, paymethod, zahlart',
  line: 'line, row, position, item, zeile, ligne',
  product: 'product, article, artikel, produkt, good, ware, produit, producto',
  trackingnumber: 'trackingnumber, trackingcode, sendungsnummer, awb, waybill, trackno',
  trackingurl: 'trackingurl, trackinglink',
  package: 'package, parcel, packet, colli, carton, box, paket, packstueck',
  bank: 'bank, iban, bankkonto',
  kind: 'kind, type, typ, art, sort',
  address: 'address, adresse, anschrift, direccion, addresse',
  user: 'user, benutzer, staff, employee, mitarbeiter',
  favorite: 'favorite, favourite, favorit, starred',
  service: 'service, dienstleistung',
  birthday: 'birthday, birthdate, dob, geburtstag, geburtsdatum',
}

/** Words that say little by themselves, and what they count. */
export const weakWords: Record<string, number> = {
  of: 0.05,
  the: 0.02,
  a: 0.05,
  an: 0.05,
  in: 0.05,
  for: 0.05,
  and: 0.05,
  or: 0.05,
  is: 0.1,
  at: 0.1,
  on: 0.1,
  by: 0.1,
  to: 0.1,
  how: 0.05,
  when: 0.1,
  who: 0.1,
  was: 0.05,
  it: 0.05,
  are: 0.05,
  der: 0.05,
  die: 0.05,
  das: 0.05,
  de: 0.1,
  id: 0.2,
  number: 0.35,
  code: 0.35,
  value: 0.3,
  field: 0.2,
  date: 0.45,
  kind: 0.45,
  reference: 0.6,
  amount: 0.6,
  total: 0.6,
  base: 0.4,
  default: 0.3,
  custom: 0.2,
  shop: 0.3,
  web: 0.3,
  my: 0.1,
  info: 0.3,
  data: 0.3,
  text: 0.4,
  property: 0.1,
  main: 0.3,
  primary: 0.3,
  preferred: 0.3,
  current: 0.3,
  account: 0.6,
  line: 0.5,
  flag: 0.2,
  list: 0.4,
  name: 0.8,
  // Units behind a measure.
  g: 0.2,
  gramm: 0.2,
  gram: 0.2,
  kg: 0.3,
  lb: 0.3,
  oz: 0.3,
  cm: 0.3,
  mm: 0.3,
  m: 0.2,
  l: 0.2,
  ml: 0.3,
}
