/**
 * Whole pages of many kinds, invented for this test: what a person would put on a to-do list after
 * reading them. They are clipped on Monday, 9 March 2026.
 */
import { expect, test } from 'vitest';
import { findTasks } from '../../../lib/ai/tasks.ts';
import { documentOf } from './page-of.ts';

interface Case {
  readonly name: string;
  readonly language: string;
  readonly lines: string;
  /** 'title | due' */
  readonly tasks: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'a job ad asks for the application, not for the duties',
    language: 'en',
    lines: `# Senior Backend Engineer (m/f/d)
We are a team of twelve that builds software for bakeries.
## Your tasks
- Design and build services in Go
- Review the code of your colleagues
- Plan releases together with the product team
- Take part in the on-call rotation
## Your profile
- You have five years of experience
- You should enjoy writing tests
- Bring curiosity and a sense of humour
## How to apply
Send your CV and a short letter to jobs@brot.example by 30 April 2026.
Please state your earliest start date.
Applications received after that date cannot be considered.
Got questions? Contact Mia at 030 1234567.`,
    tasks: [
      'Send your CV and a short letter to jobs@brot.example | 2026-04-30',
      'State your earliest start date',
    ],
  },
  {
    name: 'an insurance letter asks for what is missing',
    language: 'en',
    lines: `# Your claim 44-2219
Dear Mrs Lowe,
Thank you for telling us about the damage to your roof on 2 March 2026. We have opened a claim for you.
To go on, we need some documents. Please send us two quotes from roofers and photographs of the damage within 21 days.
You must not have the roof repaired before our assessor has seen it.
Our assessor, Mr Patel, will call you next week.
If the water has damaged furniture, please list each item with its age and price on the enclosed form.
You do not need to send the original receipts.
We aim to settle claims within 30 days.
Yours sincerely,
A. Green, Claims`,
    tasks: [
      'Send us two quotes from roofers and photographs of the damage | 2026-03-30',
      'List each item with its age and price on the enclosed form',
    ],
  },
  {
    name: 'visa instructions are steps to be taken',
    language: 'en',
    lines: `# Applying for a student residence permit
Students from outside the EU need a residence permit for stays of more than 90 days.
## Before you travel
1. Apply for the visa at the consulate at least eight weeks before you leave.
2. Print the letter of admission and sign it.
3. Take out health insurance.
## After you arrive
1. Register your address at the town hall within 14 days of moving in.
2. Book an appointment with the immigration office.
3. Bring your passport, two photographs and proof of funds to the appointment.
## Frequently asked questions
Can I work? Yes, up to 140 days a year. You should keep a record of your working days.`,
    tasks: [
      'Apply for the visa at the consulate at least eight weeks before you leave',
      'Print the letter of admission and sign it',
      'Take out health insurance',
      'Register your address at the town hall within 14 days of moving in',
      'Book an appointment with the immigration office',
      'Bring your passport, two photographs and proof of funds to the appointment',
    ],
  },
  {
    name: 'a privacy notice asks nothing',
    language: 'en',
    lines: `# Privacy notice
This notice explains how we process your personal data. We are the controller.
You have the right to access your data. To exercise it, write to privacy@corp.example.
You may lodge a complaint with the supervisory authority. We will reply within one month.
Data are deleted no later than 30 days after the contract ends.
You must be 16 or older to consent. Please read this notice carefully.
Contact our data protection officer for further information.`,
    tasks: [],
  },
  {
    name: 'documentation of an API asks nothing',
    language: 'en',
    lines: `# Files API
Use this endpoint to upload files. Send a POST request to /v1/files. Set the Authorization header to your key.
## Parameters
| name string The name of the file. Required.
| expires date When the file is deleted, e.g. 2026-05-01.
## Example
    curl -X POST https://api.example/v1/files
You must include the boundary in the content type. Call close() when you are done. Do not retry more than three times. Note that files are deleted after 30 days.
To delete a file, send a DELETE request.
If you need a higher limit, contact support.`,
    tasks: [],
  },
  {
    name: 'a changelog asks nothing',
    language: 'en',
    lines: `# Changelog
## 3.4.0 (12 February 2026)
- Add support for dark mode
- Fix a crash when the list was empty
- Remove the deprecated option --fast
- Update dependencies
- Rename \`load\` to \`open\`
## 3.3.1
- Fix typo in the documentation
- Revert "Use the new parser"`,
    tasks: [],
  },
  {
    name: 'an obituary asks nothing',
    language: 'en',
    lines: `# Margaret Ellison, 1931–2026
Margaret Ellison, who taught three generations of children in Wick to read, died on 1 March 2026 aged 94.
"Read to them," she used to say. "Read until they beg you to stop."
She married Tom in 1955. They had four children.
The funeral will be held at St Peter's on 18 March at 11 am. Family flowers only, please. Donations may be sent to the lifeboats.`,
    tasks: [],
  },
  {
    name: 'lyrics ask nothing',
    language: 'en',
    lines: `# Carry me over
Take my hand and lead me home
Carry me over the river wide
Don't forget the songs we sang
Leave your sorrow on the other side
Open the door and let me in
Bring me the light of the morning sun
Call my name, call my name`,
    tasks: [],
  },
  {
    name: 'a product review asks nothing',
    language: 'en',
    lines: `# Otter X2 headphones: our verdict
I have worn these for three weeks. The sound is warm. Charge them for an hour and they last a day.
Pros: comfortable, light. Cons: price.
If you want the best sound, buy the wired model. Skip the case. Avoid the white one. Make sure you update the firmware.
Pair them with your phone, download the app, and set the equaliser to flat.
Verdict: buy them if you travel a lot. Order before 15 March to get the launch price!`,
    tasks: [],
  },
  {
    name: 'a letter to a new colleague lists what to hand in',
    language: 'en',
    lines: `# Your first week at Lumen
Welcome to the team! Here is what we need from you.
- Return the signed contract to HR by 20 March 2026.
- Upload a photo for your badge.
- Complete the security training by your second Friday.
- Choose a laptop in the portal by 16 March.
Your buddy Ines will pick you up at the reception at 9:00 on your first day. Lunch is on us.`,
    tasks: [
      'Return the signed contract to HR | 2026-03-20',
      'Upload a photo for your badge',
      'Complete the security training by your second Friday',
      'Choose a laptop in the portal | 2026-03-16',
    ],
  },
  {
    name: 'a parking fine names what to pay',
    language: 'en',
    lines: `# Parking charge notice
Notice date: 9 March 2026. Vehicle AB12 CDE was parked on 1 March 2026 without a valid ticket.
The charge of £60 must be paid by 6 April 2026. If you pay by 23 March 2026, the amount is reduced to £30.
You can appeal online until 6 April 2026. 
Failure to pay may result in court proceedings.
If you were not the driver, tell us the name and address of the driver within 28 days.`,
    tasks: [
      'Pay the charge of £60 | 2026-04-06',
      'Tell us the name and address of the driver | 2026-04-06',
    ],
  },
  {
    name: 'a chat asks those it mentions',
    language: 'en',
    lines: `# Thread: launch
Ben: the landing page is nearly there
Ana: nice. @ben can you send me the final copy by Wednesday noon?
Ben: sure
Ana: TODO: ask legal about the footer
Carl: I fixed the tests yesterday
Ana: @carl please update the status page before the launch on 20 March`,
    tasks: [
      'Send me the final copy | 2026-03-11T12:00',
      'Ask legal about the footer',
      'Update the status page before the launch | 2026-03-20',
    ],
  },
  {
    name: 'a travel story asks nothing',
    language: 'en',
    lines: `# Three days in Porto
Start your morning at the market. Walk across the bridge at sunset. Book a table at Casa Rosa well in advance. Don't miss the tiles at the station. Take tram 1 to the sea and bring a jacket.
We stayed at a small hotel in April 2025. Tickets must be bought at the machine.`,
    tasks: [],
  },
  {
    name: 'an interview asks nothing',
    language: 'en',
    lines: `# "You have to leave the door open"
When did you start? In 1999. I was told: submit the form by Friday or forget it. So I did.
What do you tell young writers? Read. Write every day. Send your work out. Finish things.`,
    tasks: [],
  },
  {
    name: 'safety instructions ask nothing',
    language: 'en',
    lines: `# Operating instructions: hedge trimmer
Read the instructions before use. Keep hands away from the blade. Wear gloves. Remove the plug before cleaning. Store in a dry place. Never use in the rain. Charge the battery fully before first use.`,
    tasks: [],
  },
  {
    name: 'a German job ad',
    language: 'de',
    lines: `# Sachbearbeiter/in Buchhaltung (w/m/d)
Wir suchen zum 1. Juni 2026 Verstärkung für unser Team.
## Ihre Aufgaben
- Rechnungen prüfen und verbuchen
- Mahnungen schreiben und verschicken
- Monatsabschlüsse vorbereiten
## Ihr Profil
- Sie haben eine kaufmännische Ausbildung
- Sie sollten gern im Team arbeiten
## Bewerbung
Senden Sie Ihre Unterlagen bis zum 15. April 2026 an personal@werk.example.
Bitte geben Sie Ihren frühesten Eintrittstermin an.
Fragen beantwortet Ihnen Frau Kühn gern.`,
    tasks: [
      'Senden Sie Ihre Unterlagen an personal@werk.example | 2026-04-15',
      'Geben Sie Ihren frühesten Eintrittstermin an',
    ],
  },
  {
    name: 'a German newsletter of a club',
    language: 'de',
    lines: `# Rundbrief des Rudervereins
Liebe Mitglieder,
die Saison beginnt bald. Das Dach des Bootshauses ist repariert, im Herbst haben wir 900 Euro gesammelt.
Der Jahresbeitrag ist am 1. April fällig.
Zum Arbeitseinsatz treffen wir uns am Samstag, 21. März, um 9 Uhr; bringt bitte Handschuhe mit.
Wer einen Spind möchte, meldet sich bis Ende März bei Susanne.
Denkt daran, eure Schlüssel bis 31.3. abzugeben!
Das Sommerfest findet am 20. Juni statt. Wir freuen uns auf euch!
„Rudert, als ob keiner zuschaut“, sagte unser Gründer.`,
    tasks: [
      'Der Jahresbeitrag ist fällig | 2026-04-01',
      'Bringt Handschuhe mit | 2026-03-21T09:00',
      'Wer einen Spind möchte, meldet sich bei Susanne | 2026-03-31',
      'Denkt daran, eure Schlüssel abzugeben | 2026-03-31',
    ],
  },
  {
    name: 'a German privacy notice asks nothing',
    language: 'de',
    lines: `# Datenschutzerklärung
Verantwortlicher ist die Muster GmbH. Wir verarbeiten personenbezogene Daten nur, soweit es nötig ist.
Sie haben das Recht auf Auskunft. Wenden Sie sich dazu an datenschutz@muster.example.
Die Daten werden spätestens nach 30 Tagen gelöscht. Sie können der Verarbeitung widersprechen.
Der Nutzer ist verpflichtet, sein Passwort geheim zu halten. Bitte beachten Sie, dass Cookies gesetzt werden.`,
    tasks: [],
  },
  {
    name: 'a German checklist',
    language: 'de',
    lines: `# Checkliste Wohnungsübergabe
- Nachsendeauftrag bei der Post stellen
- Zählerstände ablesen und notieren
- Schlüssel bis 31. März, 12 Uhr, beim Hausmeister abgeben
- Wände weiß streichen
- Keller und Dachboden räumen
Die Kaution wird innerhalb von drei Monaten überwiesen.`,
    tasks: [
      'Nachsendeauftrag bei der Post stellen',
      'Zählerstände ablesen und notieren',
      'Schlüssel beim Hausmeister abgeben | 2026-03-31T12:00',
      'Wände weiß streichen',
      'Keller und Dachboden räumen',
    ],
  },
  {
    name: 'a French newsletter of a club',
    language: 'fr',
    lines: `# Lettre du club d'aviron
Chers adhérents,
La saison commence bientôt. Le toit a été réparé, et nous avons récolté 900 euros l'an dernier.
La cotisation est à régler avant le 1er avril.
Rendez-vous samedi 21 mars à 9 h pour le nettoyage ; apportez des gants.
N'oubliez pas de rendre vos clés d'ici la fin du mois.
La fête aura lieu le 20 juin. « Ramez comme si personne ne regardait », disait notre fondateur.
Profitez bien du printemps !`,
    tasks: [
      'La cotisation est à régler | 2026-04-01',
      'Apportez des gants | 2026-03-21T09:00',
      "N'oubliez pas de rendre vos clés | 2026-03-31",
    ],
  },
  {
    name: 'a French administrative procedure',
    language: 'fr',
    lines: `# Demander un titre de séjour
## Avant votre rendez-vous
1. Créer un compte sur le site.
2. Télécharger le formulaire et le remplir.
3. Réunir les pièces justificatives.
Le formulaire doit être déposé au plus tard le 15 mai 2026.
Il est possible de payer par carte. Vous pouvez suivre votre dossier en ligne.`,
    tasks: [
      'Créer un compte sur le site',
      'Télécharger le formulaire et le remplir',
      'Réunir les pièces justificatives',
      'Le formulaire doit être déposé | 2026-05-15',
    ],
  },
  {
    name: 'a French privacy notice asks nothing',
    language: 'fr',
    lines: `# Politique de confidentialité
Nous traitons vos données personnelles. Vous pouvez exercer vos droits en écrivant à dpo@corp.example. Les données sont supprimées au plus tard 30 jours après la fin du contrat. L'utilisateur doit garder son mot de passe secret. Consultez notre page sur les cookies.`,
    tasks: [],
  },
  {
    name: 'a French travel story asks nothing',
    language: 'fr',
    lines: `# Trois jours à Porto
Commencez la matinée au marché. Traversez le pont au coucher du soleil. Réservez une table à l'avance. Prenez le tram 1 jusqu'à la mer. Nous avons dormi dans un petit hôtel en avril 2025.`,
    tasks: [],
  },
  {
    name: 'a Spanish letter of an insurance',
    language: 'es',
    lines: `# Su siniestro del 2 de marzo de 2026
Estimada señora López:
Hemos recibido su declaración. Para continuar, le rogamos que nos envíe un presupuesto y fotografías en un plazo de 21 días.
Rellene también el cuestionario adjunto y devuélvalo firmado.
No es necesario que envíe los originales. Nuestro perito le llamará la próxima semana.
Atentamente,`,
    tasks: [
      'Envíe un presupuesto y fotografías | 2026-03-30',
      'Rellene también el cuestionario adjunto y devuélvalo firmado',
    ],
  },
  {
    name: 'a Spanish visa procedure',
    language: 'es',
    lines: `# Solicitud de visado de estudios
## Antes de viajar
1. Pida cita en el consulado.
2. Rellene el impreso y fírmelo.
3. Reúna los documentos.
La tasa deberá abonarse a más tardar el 15 de mayo de 2026.
El consulado comunicará la resolución en un plazo de un mes. Puede consultar el estado en la web.`,
    tasks: [
      'Pida cita en el consulado',
      'Rellene el impreso y fírmelo',
      'Reúna los documentos',
      'La tasa deberá abonarse | 2026-05-15',
    ],
  },
  {
    name: 'a Spanish privacy notice asks nothing',
    language: 'es',
    lines: `# Política de privacidad
Tratamos sus datos personales. Puede ejercer sus derechos escribiendo a dpo@corp.example. Los datos se eliminan a más tardar a los 30 días. El usuario debe mantener su contraseña en secreto. Consulte nuestra página de cookies.`,
    tasks: [],
  },
  {
    name: 'a Spanish obituary asks nothing',
    language: 'es',
    lines: `# Fallece Margarita Blanco
Margarita Blanco murió el 1 de marzo de 2026. «Leed con ellos», decía. Se casó en 1955. El funeral será el 18 de marzo a las 11:00.`,
    tasks: [],
  },
  {
    name: 'a deprecation notice asks to migrate',
    language: 'en-US',
    lines: `# Action required: migrate to the v3 API
Hi there,
We are retiring version 2 of our API. Version 2 will stop working on June 30, 2026.
What you need to do:
- Generate a new API key in the dashboard
- Replace the old endpoint in your applications by June 15, 2026
- Test your integration in the sandbox
If you do not migrate in time, requests will fail. Version 3 is twice as fast.
We're here to help. Check out our migration guide or reply to this email.
The API team`,
    tasks: [
      'Generate a new API key in the dashboard',
      'Replace the old endpoint in your applications | 2026-06-15',
      'Test your integration in the sandbox',
    ],
  },
  {
    name: 'a sprint review ends with action items',
    language: 'en',
    lines: `# Sprint review 12, 9 March 2026
Present: Dana, Eli, Priya, Tom
The demo went well. The customer asked for a darker theme.
## Action items
- Dana: update the roadmap by 13 March
- Eli to fix the login bug
- Priya will prepare the demo data before the next review on 23 March
- Tom - talk to legal about the new terms
## Decisions
- We keep the current release cycle.
- The old dashboard will be removed in May.`,
    tasks: [
      'Update the roadmap | 2026-03-13',
      'Fix the login bug',
      'Prepare the demo data before the next review | 2026-03-23',
      'Talk to legal about the new terms',
    ],
  },
  {
    name: 'a recall asks its readers to act',
    language: 'en-US',
    lines: `# Safety recall: Breeze space heater
Model B-200 heaters sold between October 2024 and January 2026 can overheat.
Stop using the heater immediately and unplug it.
Register your heater at breeze.example/recall to receive a free replacement.
Do not return the heater to the store.
The company has received 14 reports of fires. No injuries have been reported.`,
    tasks: [
      'Stop using the heater immediately and unplug it',
      'Register your heater at breeze.example/recall to receive a free replacement',
    ],
  },
  {
    name: 'a bank asks for what it says',
    language: 'en-GB',
    lines: `# Changes to your account
Dear customer, from 1 June 2026 we will no longer offer cheque books.
You don't need to take any action if you agree to the change. If you disagree, you must tell us before 1 June 2026.
Your card expires on 30 April 2026. We will send a new one to your address. Please check that your address is up to date.
Keep your PIN secret. We will never ask for your password.`,
    tasks: ['Tell us | 2026-06-01', 'Check that your address is up to date'],
  },
  {
    name: 'German steps of a purchase',
    language: 'de',
    lines: `# Kaufvertrag: nächste Schritte
Sehr geehrte Frau Lenz,
anbei erhalten Sie den Entwurf des Vertrags.
1. Prüfen Sie den Entwurf und teilen Sie uns Änderungen bis zum 16. März mit.
2. Überweisen Sie die Anzahlung von 5.000 Euro bis 1. April auf unser Anderkonto.
3. Bringen Sie zum Termin am 8. April um 10 Uhr Ihren Personalausweis mit.
Der Termin dauert etwa eine Stunde. Parkplätze sind vorhanden.`,
    tasks: [
      'Prüfen Sie den Entwurf und teilen Sie uns Änderungen mit | 2026-03-16',
      'Überweisen Sie die Anzahlung von 5.000 Euro auf unser Anderkonto | 2026-04-01',
      'Bringen Sie zum Termin Ihren Personalausweis mit | 2026-04-08T10:00',
    ],
  },
  {
    name: 'French minutes',
    language: 'fr',
    lines: `# Compte rendu de la réunion du 9 mars 2026
Présents : Léa, Karim, Hugo, Zoé
Le budget a été voté. La sono est tombée en panne l'an dernier.
- Léa réserve la salle avant le 20 mars
- Karim contacte la mairie
- Hugo et Zoé préparent l'affiche pour le 1er avril
Prochaine réunion : 13 avril.`,
    tasks: [
      'Léa réserve la salle | 2026-03-20',
      'Karim contacte la mairie',
      "Hugo et Zoé préparent l'affiche | 2026-04-01",
    ],
  },
  {
    name: 'a Spanish checklist',
    language: 'es',
    lines: `# Lista para la mudanza
[ ] Contratar el camión antes del 20 de marzo
[ ] Empaquetar los libros
[x] Avisar al banco
[ ] Cambiar la dirección en el padrón`,
    tasks: [
      'Contratar el camión | 2026-03-20',
      'Empaquetar los libros',
      'Cambiar la dirección en el padrón',
    ],
  },
  {
    name: 'German advice asks nothing',
    language: 'de',
    lines: `# Fünf Tipps für besseren Schlaf
Gehen Sie jeden Tag zur gleichen Zeit ins Bett. Vermeiden Sie Kaffee am Abend. Lüften Sie das Schlafzimmer. Schalten Sie das Handy aus. Schreiben Sie auf, was Sie beschäftigt.`,
    tasks: [],
  },
  {
    name: 'a French recall',
    language: 'fr',
    lines: `# Rappel de produit
Les chargeurs vendus entre janvier et mars 2026 peuvent surchauffer.
Cessez immédiatement d'utiliser l'appareil et débranchez-le.
Rapportez le chargeur au magasin avant le 30 avril 2026 pour être remboursé.
Aucun blessé n'a été signalé.`,
    tasks: [
      "Cessez immédiatement d'utiliser l'appareil et débranchez-le",
      'Rapportez le chargeur au magasin pour être remboursé | 2026-04-30',
    ],
  },
  {
    name: 'French advice asks nothing',
    language: 'fr',
    lines: `# Cinq astuces pour mieux dormir
Couchez-vous à heure fixe. Évitez le café le soir. Aérez la chambre. Éteignez votre téléphone. Notez vos idées dans un carnet.`,
    tasks: [],
  },
  {
    name: 'Spanish advice asks nothing',
    language: 'es',
    lines: `# Cinco consejos para dormir mejor
Acuéstate siempre a la misma hora. Evita el café por la noche. Ventila la habitación. Apaga el móvil. Escribe lo que te preocupa.`,
    tasks: [],
  },
  {
    name: 'advice on plants asks nothing',
    language: 'en',
    lines: `# How to repot a fern
Water the fern the day before. Choose a pot two sizes bigger. Loosen the roots gently. Fill the pot with fresh soil and press it down. Place it in indirect light.`,
    tasks: [],
  },
  {
    name: 'a news item asks nothing',
    language: 'en',
    lines: `# Acme opens second plant
Acme said on Monday it would open a plant in Leeds by the end of 2027. "Apply now, we need welders," the manager told reporters. Residents were asked to submit comments by 1 March. The council must decide by 30 April. Investors should expect lower profits, analysts say.`,
    tasks: [],
  },
  {
    name: 'the notes of a podcast ask nothing',
    language: 'en',
    lines: `# Episode 42: rivers
Listen to the episode. Subscribe on your favourite app. Leave us a review. Send your questions to hello@river.example and follow us. Support the show on Patreon.`,
    tasks: [],
  },
  {
    name: 'the rules of a contest ask for entries',
    language: 'en',
    lines: `# Photo contest: rules
The contest is open to everybody over 16. Each participant may send up to three photographs.
Entries must be uploaded by 30 April 2026, 23:59.
Photographs must have been taken in 2025 or 2026. The jury's decision is final. By taking part you grant us the right to publish your photographs.
Winners will be notified by 31 May.`,
    tasks: ['Upload entries | 2026-04-30T23:59'],
  },
  {
    name: 'a page about an election names its deadlines',
    language: 'en',
    lines: `# Council election: what you need to know
Polling day is Thursday 7 May 2026. Polling stations are open from 7am to 10pm.
You must be registered to vote. The deadline to register is 20 April.
To vote by post, apply by 5pm on 21 April.
Remember to bring photo ID to the polling station.
In 2022, 38 % of voters took part.`,
    tasks: [
      'The deadline to register | 2026-04-20',
      'Apply | 2026-04-21T17:00',
      'Bring photo ID to the polling station',
    ],
  },
  {
    name: 'a German letter of an authority',
    language: 'de',
    lines: `# Klärung Ihres Rentenkontos
Sehr geehrte Frau Ott,
in Ihrem Versicherungsverlauf fehlen Zeiten. Wir bitten Sie, den beigefügten Vordruck auszufüllen und bis zum 9. April 2026 zurückzusenden.
Fügen Sie Kopien Ihrer Zeugnisse bei; Originale schicken Sie bitte nicht.
Erhalten wir keine Antwort, entscheiden wir nach Aktenlage.`,
    tasks: [
      'Wir bitten Sie, den beigefügten Vordruck auszufüllen und zurückzusenden | 2026-04-09',
      'Fügen Sie Kopien Ihrer Zeugnisse bei',
    ],
  },
  {
    name: 'a French confirmation of a booking',
    language: 'fr',
    lines: `# Votre réservation
Bonjour Madame Petit,
Votre emplacement est réservé du 12 au 19 juillet.
Pour la confirmer, versez un acompte de 90 € avant le 15 avril.
Le solde est à payer à l'arrivée.
Indiquez-nous l'âge des enfants et le numéro de votre véhicule.
Les chiens doivent être tenus en laisse.`,
    tasks: [
      'Versez un acompte de 90 € | 2026-04-15',
      "Le solde est à payer à l'arrivée",
      "Indiquez-nous l'âge des enfants et le numéro de votre véhicule",
    ],
  },
  {
    name: 'a jury summons asks for a questionnaire',
    language: 'en-US',
    lines: `# Jury summons
You are hereby summoned to serve as a juror on April 13, 2026 at 8:30 a.m. in Room 210.
Complete the online questionnaire within 5 days of receiving this summons.
If you need a postponement, request it in writing no later than March 30, 2026.
Failure to appear may result in a fine. Parking is free in Lot C.`,
    tasks: [
      'Complete the online questionnaire within 5 days of receiving this summons | 2026-03-14',
      'Request it in writing | 2026-03-30',
    ],
  },
  {
    name: 'a German invitation of neighbours',
    language: 'de',
    lines: `# Straßenfest am 13. Juni
Liebe Nachbarinnen und Nachbarn,
wir planen wieder ein Straßenfest! Wer mithelfen möchte, kommt am 2. April um 19 Uhr zum Vorbereitungstreffen ins Gemeindehaus.
Kuchenspenden bitte bis 10. Juni bei Familie Krause anmelden.
Stellt eure Autos am 13. Juni bis 9 Uhr um.
Im letzten Jahr hatten wir 200 Gäste.`,
    tasks: [
      'Wer mithelfen möchte, kommt zum Vorbereitungstreffen ins Gemeindehaus | 2026-04-02T19:00',
      'Kuchenspenden bei Familie Krause anmelden | 2026-06-10',
      'Stellt eure Autos um | 2026-06-13T09:00',
    ],
  },
  {
    name: 'a Spanish workshop',
    language: 'es',
    lines: `# Taller de cerámica
El taller empieza el 11 de abril. Las plazas son limitadas.
Para reservar, envíanos un correo antes del 31 de marzo y paga la señal de 20 euros.
Trae un delantal y una toalla.`,
    tasks: [
      'Envíanos un correo y paga la señal de 20 euros | 2026-03-31',
      'Trae un delantal y una toalla',
    ],
  },
];

test.each(cases)('$language: $name', async ({ language, lines, tasks }) => {
  const found = await Array.fromAsync(
    findTasks(documentOf(lines, { language }), new AbortController().signal),
  );
  expect(found.map(({ title, due }) => (due ? `${title} | ${due}` : title))).toEqual(tasks);
});
