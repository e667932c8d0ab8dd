import type { connections as english } from '../en/connections.ts'
import type { Translated } from '../translated.ts'

export const connections: Translated<typeof english> = {
  connections: {
    title: 'Verbindungen',
    lead: 'Wie die Brücke beide Seiten erreicht: ob sie antworten, womit sie angemeldet ist und bis wann das gilt.',
    health: 'Zustand',
    noError: 'Bisher ist kein Aufruf fehlgeschlagen.',
    keys: 'Schlüssel und Geheimnisse',
    secret: 'Webhook-Geheimnis',
    replace: 'Ersetzen',
    endsAt: 'Endet',
    noEnd: 'Endet nicht von selbst, soweit die Brücke weiß.',
    previousUntil: 'Der vorige wird widerrufen:',
    madeThere: 'Im Shop angelegt. Tragen Sie einen neuen unten ein; er endet nicht von selbst.',
    bothUntil: 'Das vorige wird ebenfalls angenommen bis',
    accepted_one: 'Ein Geheimnis wird angenommen.',
    accepted_other: '{{count, number}} Geheimnisse werden angenommen.',
    replaceKeyTitle: 'Den API-Schlüssel ersetzen?',
    replaceKeyText:
      'Odoo legt einen neuen Schlüssel für den Dienstbenutzer an. Sobald er sich bewährt hat, wird der alte widerrufen. Die Zustellung geht dabei weiter.',
    replaceSecretTitle: 'Das Webhook-Geheimnis ersetzen?',
    replaceSecretText:
      'Die andere Seite signiert ab jetzt mit einem neuen Geheimnis. Das alte wird noch eine Weile angenommen, so geht kein Ereignis verloren.',
    keyReplaced: 'Der API-Schlüssel ist ersetzt.',
    secretReplaced: 'Das Webhook-Geheimnis ist ersetzt.',
    settings: 'Zugang',
    keptSecret: 'Hinterlegt; zum Ersetzen tippen',
    show: 'Zeigen oder verbergen',
    secretHelp: 'Nur wenn es auf der anderen Seite von Hand geändert wurde. Das vorige wird noch einen Tag angenommen.',
    untested: 'Ohne Probe speichern, etwa solange die Seite nicht erreichbar ist',
    save: 'Speichern',
    tryAndSave: 'Probieren und speichern',
    saved: 'Gespeichert. Es gilt ab jetzt.',
    paused:
      'Sie ist angehalten: Es wird nichts gesendet, bis sie fortgesetzt wird, von Hand oder durch eine bestandene Prüfung.',
    circuit: {
      closed: 'Aufrufe gehen durch.',
      open: 'Sie hat keinen Aufruf beantwortet: Bis dahin wird nichts gesendet. Die Brücke sieht alle paar Sekunden nach.',
      halfOpen: 'Ein Aufruf ist unterwegs, um zu sehen, ob sie wieder antwortet.',
    },
    key: {
      clarity: 'Client-Geheimnis',
      odoo: 'API-Schlüssel',
    },
    field: {
      baseUrl: 'Adresse der API',
      tokenUrl: 'Adresse für Token',
      clientId: 'Client-ID',
      clientSecret: 'Client-Geheimnis',
      url: 'Adresse von Odoo',
      db: 'Datenbank',
      login: 'Anmeldename des Dienstbenutzers',
      apiKey: 'API-Schlüssel',
      transport: 'Protokoll (auto findet es: json2 oder jsonrpc)',
      webhookSecret: 'Webhook-Geheimnis',
    },
  },
}
