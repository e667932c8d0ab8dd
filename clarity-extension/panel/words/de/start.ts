import type { start as english } from '../en/start.ts'
import type { Translated } from '../translated.ts'

export const start: Translated<typeof english> = {
  start: {
    lead: 'Sechs kurze Schritte bis zum ersten Auftrag. Sie können jederzeit gehen: Die Brücke merkt sich, wo Sie waren.',
    steps: 'Schritte',
    past: '(erledigt)',
    next: 'Weiter',
    noStep: 'Diesen Teil haben die ersten Schritte nicht.',
    trying: 'Die Verbindung wird geprüft…',
    now: { clarity: 'Ihr Shop', odoo: 'Odoo, wie es jetzt verbunden ist' },
    byHand: {
      clarity: 'Ändern, wie der Shop erreicht wird',
      odoo: 'Stattdessen Adresse, Datenbank, Login und Schlüssel von Hand eingeben',
    },
    step: {
      clarity: {
        name: 'Shop',
        title: 'Ihr Shop',
        lead: 'Wurde die Brücke von dort geöffnet, hat sie ihn selbst gefunden. Er wurde gerade geprüft.',
      },
      odoo: {
        name: 'Odoo',
        title: 'Odoo verbinden',
        lead: 'Ein Code genügt: Odoo legt einen Benutzer mit den nötigen Rechten und dessen Schlüssel an, und beide Seiten tauschen ihre Geheimnisse.',
      },
      entities: {
        name: 'Was hinübergeht',
        title: 'Was hinübergeht, und wer entscheidet',
        lead: 'So, wie es ist, passt es für die meisten: Aufträge nach Odoo, Lieferungen und Bestand zurück. Alles lässt sich später unter Entitäten ändern.',
      },
      match: {
        name: 'Abgleich',
        title: 'Abgleichen, was beide haben',
        lead: 'Beide Seiten werden einmal gelesen und nach SKU, Barcode, E-Mail-Adresse und USt-IdNr. abgeglichen. Geschrieben wird nichts.',
      },
      load: {
        name: 'Erstübertragung',
        title: 'Den Rest übertragen',
        lead: 'Was nur eine Seite hat, wird auf der anderen angelegt; was beide haben, wird verknüpft. Aufträge gehen immer vor. Sie müssen hier nicht warten.',
      },
      done: { name: 'Fertig', title: 'Bereit', lead: 'Ab jetzt geht alles von selbst.' },
    },
    nothingToLoad: 'Für das Eingeschaltete gibt es keine Erstübertragung. Gehen Sie weiter.',
    compare: 'Alles vergleichen',
    comparing: 'Beide Seiten werden gelesen…',
    compared: 'Alles ist verglichen. Geschrieben wurde nichts.',
    bring: 'Alles übertragen',
    bringing: 'Es wird übertragen…',
    brought: 'Es ist nichts mehr zu übertragen.',
    goesOn: 'Es läuft von selbst weiter, auch wenn Sie diese Seite verlassen.',
    undecided_one: '{{count, number}} Datensatz wartet auf Ihre Entscheidung und bleibt bis dahin, wie er ist.',
    undecided_other: '{{count, number}} Datensätze warten auf Ihre Entscheidung und bleiben bis dahin, wie sie sind.',
    doneFact: {
      orders: 'Neue Aufträge sind in Sekunden in Odoo; Lieferungen, Sendungsnummern und Bestand kommen zurück.',
      loaded_one: '{{count, number}} Datensatz wurde verknüpft oder übertragen.',
      loaded_other: '{{count, number}} Datensätze wurden verknüpft oder übertragen.',
      running: 'Die Erstübertragung läuft von selbst weiter; Sie sehen sie unter Entitäten, Erstübertragung.',
      attention: 'Was Sie braucht, steht unter „Zu klären“, mit Grund und Abhilfe.',
    },
    end: 'Fertigstellen',
  },
  pairing: {
    title: 'Per Code verbinden',
    link: 'Odoo per Code verbinden',
    code: 'Code',
    make: 'Code erzeugen',
    makeAgain: 'Neuen Code erzeugen',
    another: 'Ein anderes Odoo verbinden',
    how: {
      install: 'Installieren Sie in Odoo die App Clarity Bridge (Apps).',
      copy: 'Erzeugen Sie hier einen Code und kopieren Sie ihn. Er gilt zehn Minuten und einmal.',
      paste: 'Fügen Sie ihn in Odoo unter Einstellungen > Clarity ein und drücken Sie „Connect“.',
    },
    shownOnce:
      'Ein Code wurde erzeugt und wird nicht noch einmal gezeigt. Haben Sie ihn nicht kopiert, erzeugen Sie einen neuen.',
    waiting: 'Warten auf Odoo…',
    claimed: 'Odoo hat den richtigen Code. Warten auf sein erstes Ereignis…',
    until: 'Der Code endet',
    expired: 'Der Code ist nach zehn Minuten abgelaufen. Erzeugen Sie einen neuen.',
    void: 'Der Code wurde zurückgezogen oder zu oft falsch eingegeben. Erzeugen Sie einen neuen.',
    connected: 'Odoo ist verbunden',
    fact: {
      url: 'Adresse',
      database: 'Datenbank',
      login: 'Angemeldet als',
      odooVersion: 'Odoo',
      moduleVersion: 'App Clarity Bridge',
    },
    fault: {
      network: 'Die Brücke erreicht Odoo nicht',
      timeout: 'Odoo hat nicht rechtzeitig geantwortet',
      unauthorized: 'Odoo nimmt den Schlüssel nicht an',
      wrong_database: 'Diese Datenbank gibt es dort nicht',
      wrong_address: 'Dort antwortet etwas anderes als Odoo',
      certificate: 'Dem Zertifikat von Odoo wird nicht vertraut',
      module_missing: 'Die App Clarity Bridge ist dort nicht installiert',
      module_outdated: 'Die App Clarity Bridge ist zu alt',
      access_denied: 'Dem Dienstbenutzer fehlt seine Rolle',
      missing_right: 'Dem Dienstbenutzer fehlt ein Recht',
      clock_off: 'Die Uhren gehen auseinander',
      address_refused: 'Diese Adresse ruft die Brücke nicht auf',
      address_unguarded: 'Der Schlüssel würde unverschlüsselt übertragen',
      address_unknown: 'Einen Server dieses Namens gibt es nicht',
      address_unreadable: 'Odoo nannte keine Webadresse',
    },
    remedy: {
      network:
        'Stellen Sie in Odoo web.base.url (Einstellungen > Technisch > Systemparameter) auf die Adresse, unter der die Brücke Odoo erreicht, oder öffnen Sie die Firewall; dann noch einmal „Connect“.',
      timeout:
        'Odoo muss antworten können, während es fragt: Wer es betreibt, gibt ihm Threads oder mindestens zwei Worker. Dann noch einmal „Connect“.',
      unauthorized: 'Prüfen Sie web.base.url in Odoo: Es muss zu dieser Datenbank führen; dann noch einmal „Connect“.',
      wrong_database:
        'Stellen Sie web.base.url in Odoo auf die Adresse, die zu dieser Datenbank führt, oder lassen Sie sie ihr vom Betreiber von Odoo geben (dbfilter). Dann noch einmal „Connect“.',
      wrong_address:
        'Stellen Sie web.base.url in Odoo auf die Adresse, unter der die Brücke Odoo erreicht; dann noch einmal „Connect“.',
      missing_right:
        'Haken Sie in Odoo neben dem Code an, was er darf (Zahlungen, Produkte), oder schalten Sie es im Panel unter Entitäten aus; dann noch einmal „Connect“.',
      clock_off: 'Schalten Sie auf beiden Servern die Zeitsynchronisation ein; dann noch einmal „Connect“.',
      address_refused:
        'Stellen Sie web.base.url in Odoo auf die Adresse, unter der die Brücke Odoo erreicht, oder geben Sie die Adresse unter Verbindungen von Hand ein.',
      address_unguarded: 'Geben Sie Odoo https:// und stellen Sie web.base.url darauf.',
      address_unknown:
        'Stellen Sie web.base.url in Odoo auf die Adresse, unter der die Brücke Odoo erreicht; dann noch einmal „Connect“.',
      address_unreadable:
        'Stellen Sie web.base.url in Odoo auf die Adresse, unter der die Brücke Odoo erreicht; dann noch einmal „Connect“.',
    },
  },
}
