//! The tables. Words are lower-cased and without accents; `*` at the end of a phrase: the word may go on.

use super::Kind;

/// Every phrase with its kind.
pub(super) fn phrases() -> impl Iterator<Item = (Kind, &'static str)> {
    TABLES.iter().flat_map(|(kind, rows)| rows.iter().flat_map(|row| row.split(", ").map(|one| (*kind, one))))
}

/// Each row is one language: English, German, French, Spanish, Italian, Portuguese, Dutch.
static TABLES: [(Kind, [&str; 7]); 7] = [
    (
        Kind::Editorial,
        [
            "newsletter*, news, digest, weekly, monthly, daily, issue, edition, bulletin, headlines, roundup, \
             round up, recap, review, podcast, blog, column, magazine, stories, story, tips, how to, top 10, top \
             5, top ten, this week, this month, week in, vol, volume, the future of, why you, interview, opinion, \
             report, rss, rssfeeds, feed, feeds",
            "rundbrief, ausgabe, wochenruckblick, wochentlich*, tagesnews, nachrichten, magazin, themen, neues \
             aus, diese woche, der woche, mitteilungsblatt, kolumne, beitrag",
            "lettre d information, infolettre, lettre dinformation, hebdo*, actualite*, a la une, edito*, \
             magazine, chronique, cette semaine, de la semaine, numero",
            "boletin, noticias, semanal, resumen, revista, titulares, esta semana, de la semana, actualidad, edicion",
            "notiziario, notizie, settimanale, rassegna, rivista, questa settimana, della settimana, edizione, \
             approfondimento",
            "boletim, novidades, noticias, semanal, resumo, revista, esta semana, da semana, edicao, informativo",
            "nieuwsbrief, nieuws, wekelijks*, maandelijks*, overzicht, deze week, van de week, editie, artikelen, \
             verhalen",
        ],
    ),
    (
        Kind::Offer,
        [
            "sale, off, save, savings, discount*, deal, deals, offer, offers, free, coupon*, voucher*, promo*, \
             last chance, limited time, ends tonight, ends today, ends soon, dont miss, exclusive, bargain*, \
             clearance, black friday, cyber monday, gift, gifts, win, winner, order now, buy, shop now, new \
             arrivals, new in, hurry, special offer, special, specials, bonus, upgrade now, try, trial, subscribe, \
             invest*, free shipping, now available, low rates, rewards, sweepstakes, sweeps, prize*, register now, \
             register today, join us, webinar*, seminar*, shop, shopper, shopping, store, auction*, starting bid, \
             introducing, announcing the new, price, prices, low price, upgrade*, personalize, thank you gift, catalog, ad, advertisement, sponsor*",
            "rabatt*, angebot*, gutschein*, aktion, sparen, spare, sichern sie, sichere dir, nur heute, nur noch, \
             gratis, kostenlos*, schnappchen, sonderangebot*, ausverkauf, gewinnspiel, jetzt, prozent, preis*, \
             neuheiten, geschenk*, exklusiv*",
            "soldes, promo*, remise*, reduction*, offre*, offert*, gratuit*, code promo, derniere chance, \
             dernieres heures, profitez, economisez, bon plan, bons plans, cadeau*, exclusi*, livraison offerte, \
             ventes privees, nouveautes, jusqua",
            "oferta*, descuento*, rebajas, gratis, ahorra, cupon*, ultimas horas, ultima oportunidad, aprovecha, \
             regalo*, exclusiv*, novedades, promocion*, solo hoy, hasta el, envio gratis",
            "offerta, offerte, sconto, sconti, saldi, gratis, risparmia, coupon, ultime ore, ultima occasione, \
             approfitta, regalo, esclusiv*, novita, promozion*, solo oggi, fino al, spedizione gratuita",
            "oferta*, desconto*, promocao, promocoes, gratis, economize, poupe, cupom, cupao, ultimas horas, \
             ultima chance, aproveite, presente*, exclusiv*, lancamento, so hoje, ate, frete gratis",
            "aanbieding*, korting*, gratis, bespaar, uitverkoop, actie, laatste kans, alleen vandaag, nu met, \
             profiteer, cadeau*, exclusie*, nieuw binnen, kortingscode, solden",
        ],
    ),
    (
        Kind::Receipt,
        [
            "receipt*, invoice*, your order, order confirmation, order, payment, paid, shipped, shipment, \
             dispatched, delivered, delivery, out for delivery, tracking, your package, parcel, statement, e \
             statement, bill, billing, refund*, subscription, renewal, purchase*, booking, reservation, itinerary, \
             ticket, your account, transaction, balance, autopay, donation",
            "rechnung*, quittung*, bestellung*, bestellbestatigung, auftragsbestatigung, zahlung*, \
             zahlungseingang, versand*, versendet, lieferung*, sendung*, paket*, zugestellt, kontoauszug, \
             buchung*, reservierung*, erstattung*, gutschrift, abonnement, vertrag*, mahnung",
            "facture*, recu, votre commande, commande, paiement*, expedie*, expedition, livraison*, colis, \
             releve*, remboursement*, reservation*, abonnement*, confirmation de commande, prelevement*",
            "factura*, recibo*, su pedido, tu pedido, pedido, pago*, enviado, envio, entrega*, paquete, extracto, \
             reembolso*, reserva*, suscripcion, compra, transferencia",
            "fattura*, ricevuta*, il tuo ordine, ordine, pagamento*, spedito, spedizione, consegna*, pacco, \
             estratto conto, rimborso*, prenotazione*, abbonamento, acquisto, bonifico",
            "fatura*, recibo*, seu pedido, sua encomenda, pedido, encomenda, pagamento*, enviado, envio, entrega*, \
             extrato, reembolso*, reserva*, assinatura, compra, boleto",
            "factuur*, bon, je bestelling, uw bestelling, bestelling*, betaling*, verzonden, verzending, bezorg*, \
             pakket*, afschrift, terugbetaling*, boeking*, reservering*, abonnement, aankoop",
        ],
    ),
    (
        Kind::Notice,
        [
            "notification*, notify, bot, notice, reminder, alert, alerts, warning, failed, failure, succeeded, \
             success, completed, scheduled, build, cron, backup, error, status, monitor*, ticket, case, commented, \
             comment, mentioned, assigned, invited you, liked, followed, new message, expires, expiring, expired, \
             expiration, due, maintenance, outage, down, job, merged, pull request, changes in, your request, \
             welcome, confirm, confirmation, activity, updated, approval, overdue, request, requests, terms of \
             service, privacy policy, survey, feedback, password",
            "benachrichtigung*, hinweis, erinnerung*, warnung, fehlgeschlagen, fehler, abgeschlossen, sicherung, \
             wartung*, storung*, lauft ab, ablauf, fallig*, kommentar*, erwahnt, zugewiesen, neue nachricht, \
             willkommen, bestatig*, datenschutz*, agb, umfrage, bewerten",
            "notification*, rappel, alerte*, avertissement, echec, erreur, termine, sauvegarde, maintenance, \
             expire*, echeance, commentaire*, mentionne, nouveau message, bienvenue, confirm*, conditions \
             generales, enquete, avis",
            "notificacion*, recordatorio, aviso*, alerta*, advertencia, fallo, error, completad*, copia de \
             seguridad, mantenimiento, caduca, vence, vencimiento, comentario*, nuevo mensaje, bienvenid*, \
             confirm*, condiciones, encuesta",
            "notifica*, promemoria, avviso, avvisi, allarme, fallit*, errore, completat*, backup, manutenzione, \
             scade, scadenza, commento, commenti, nuovo messaggio, benvenut*, conferma*, condizioni, sondaggio",
            "notificac*, lembrete, aviso*, alerta*, falha, falhou, erro, concluid*, backup, manutencao, expira, \
             vence, vencimento, comentario*, nova mensagem, bem vind*, confirm*, termos, pesquisa",
            "melding*, herinnering*, waarschuwing, mislukt, fout, voltooid, back up, onderhoud, storing, verloopt, \
             vervalt, reactie*, nieuw bericht, welkom, bevestig*, voorwaarden, enquete, beoordeel",
        ],
    ),
    (
        Kind::Code,
        [
            "verification code, security code, login code, log in code, sign in code, signin code, one time code, \
             one time password, one time passcode, passcode, otp, confirmation code, access code, authentication \
             code, activation code, 2fa, two factor, your code is, is your code, magic link, sign in link, login \
             link, sign in to, verify your email, verify your e mail, confirm your email, confirm your e mail, \
             confirm your account, verify your account, activate your account, reset your password, password reset",
            "bestatigungscode, sicherheitscode, anmeldecode, einmalcode, einmalpasswort, verifizierungscode, \
             zugangscode, freischaltcode, ihr code, dein code, passwort zurucksetzen, passwort zurucksetzten, \
             kennwort zurucksetzen, e mail adresse bestatigen, bestatigen sie ihre e mail, bestatige deine e mail",
            "code de verification, code de securite, code de confirmation, code de connexion, code dacces, code a \
             usage unique, votre code, ton code, reinitialis*, mot de passe, confirmez votre adresse, verifiez \
             votre adresse, lien de connexion",
            "codigo de verificacion, codigo de seguridad, codigo de confirmacion, codigo de acceso, codigo de un \
             solo uso, tu codigo, su codigo, restablece*, contrasena, confirma tu correo, verifica tu correo",
            "codice di verifica, codice di sicurezza, codice di conferma, codice di accesso, codice monouso, il \
             tuo codice, reimposta*, reimpostazione, conferma il tuo indirizzo, verifica il tuo indirizzo",
            "codigo de verificacao, codigo de seguranca, codigo de confirmacao, codigo de acesso, seu codigo, o \
             seu codigo, redefinir, redefinicao, confirme seu e mail, verifique seu e mail",
            "verificatiecode, beveiligingscode, inlogcode, bevestigingscode, toegangscode, eenmalige code, je \
             code, uw code, wachtwoord, bevestig je e mail, bevestig uw e mail",
        ],
    ),
    (
        Kind::Security,
        [
            "security alert, security notice, security warning, new sign in, new signin, new login, new log in, \
             sign in attempt, login attempt, unusual sign in, unusual activity, unusual login, suspicious \
             activity, suspicious login, suspicious sign in, unrecognized device, new device, password changed, \
             password was changed, your password has been changed, account locked, account has been locked, fraud \
             alert, unauthorized",
            "sicherheitswarnung, sicherheitshinweis, sicherheitsmeldung, neue anmeldung, neuer login, \
             anmeldeversuch, ungewohnliche aktivitat*, ungewohnliche anmeldung, verdachtige, verdachtiger, neues \
             gerat, passwort geandert, passwort wurde geandert, konto gesperrt",
            "alerte de securite, avis de securite, nouvelle connexion, tentative de connexion, connexion \
             inhabituelle, activite inhabituelle, activite suspecte, nouvel appareil, mot de passe modifie, compte \
             bloque",
            "alerta de seguridad, aviso de seguridad, nuevo inicio de sesion, intento de inicio de sesion, inicio \
             de sesion, actividad inusual, actividad sospechosa, nuevo dispositivo, contrasena cambiada, cuenta \
             bloqueada",
            "avviso di sicurezza, nuovo accesso, tentativo di accesso, accesso insolito, attivita insolita, \
             attivita sospetta, nuovo dispositivo, password modificata, account bloccato, conto bloccato",
            "alerta de seguranca, aviso de seguranca, novo acesso, novo login, tentativa de acesso, tentativa de \
             login, atividade incomum, atividade suspeita, novo dispositivo, senha alterada, conta bloqueada",
            "beveiligingswaarschuwing, beveiligingsmelding, nieuwe aanmelding, nieuwe login, inlogpoging, \
             aanmeldpoging, ongebruikelijke activiteit, verdachte activiteit, nieuw apparaat, wachtwoord \
             gewijzigd, account geblokkeerd",
        ],
    ),
    (
        Kind::AutoReply,
        [
            "out of office, out of the office, automatic reply, auto reply, autoreply, auto response, away from \
             the office, on vacation, undeliver*, undelivered, delivery status notification, delivery failure, \
             mail delivery failed, returned mail, failure notice, mail delivery subsystem, read receipt",
            "abwesenheit*, automatische antwort, automatische ruckmeldung, nicht zustellbar, unzustellbar*, \
             lesebestatigung",
            "reponse automatique, absence du bureau, message dabsence, non remis, echec de la remise, accuse de \
             lecture",
            "respuesta automatica, fuera de la oficina, no se pudo entregar, no entregado, confirmacion de lectura",
            "risposta automatica, fuori sede, fuori ufficio, mancata consegna, conferma di lettura",
            "resposta automatica, fora do escritorio, ausencia temporaria, nao entregue, falha na entrega",
            "automatisch antwoord, afwezigheid*, afwezig, niet bezorgd, onbestelbaar, leesbevestiging",
        ],
    ),
];
