import { describe, expect, test } from 'vitest';
import type { ReadableDocument, TaskProposal } from '../../../lib/ai/language-model.ts';
import { findTasks } from '../../../lib/ai/tasks.ts';
import { documentOf } from './page-of.ts';

async function tasksIn(document: ReadableDocument): Promise<TaskProposal[]> {
  return Array.fromAsync(findTasks(document, new AbortController().signal));
}

/** 'title | due' of each task. */
async function read(lines: string, language: string): Promise<string> {
  const tasks = await tasksIn(documentOf(lines, { language }));
  return tasks.map(({ title, due }) => (due ? `${title} | ${due}` : title)).join(' · ');
}

const asked: Readonly<Record<string, readonly (readonly [sentence: string, tasks: string])[]>> = {
  'en-GB': [
    ['Please return the signed form by Friday.', 'Return the signed form | 2026-03-13'],
    ['Return your library card by 20 March.', 'Return your library card | 2026-03-20'],
    ['You must register before 1 April 2026.', 'Register | 2026-04-01'],
    ['We ask all members to pay the fee by the end of March.', 'Pay the fee | 2026-03-31'],
    ['Invoice 2026-118 must be paid by 30 March.', 'Pay invoice 2026-118 | 2026-03-30'],
    ['Don’t forget to bring your passport.', 'Bring your passport'],
    ['Could you send me the minutes, please?', 'Send me the minutes'],
    [
      'To keep your place, confirm it by 14 March 2026, 5 pm.',
      'To keep your place, confirm it | 2026-03-14T17:00',
    ],
    [
      'If you would like to come, please let Ann know by Sunday.',
      'If you would like to come, let Ann know | 2026-03-15',
    ],
    ['Applications are due on 15 April 2026.', 'Applications | 2026-04-15'],
    ['The deadline for abstracts is 1 May 2026.', 'The deadline for abstracts | 2026-05-01'],
    [
      'Participants are asked to sign the waiver no later than 2 April.',
      'Sign the waiver | 2026-04-02',
    ],
    ['ACTION: Maya to book the hall by 20 March.', 'Maya to book the hall | 2026-03-20'],
    ['TODO: renew the certificate', 'Renew the certificate'],
    ['@lee please rebase this branch.', 'Rebase this branch'],
    ['[ ] Order new chairs', 'Order new chairs'],
    [
      'Please send the names by 20 March and the photos of the trip by 3 April.',
      'Send the names | 2026-03-20 · The photos of the trip | 2026-04-03',
    ],
    [
      'Register by 20 March and send us your talk by 3 April.',
      'Register | 2026-03-20 · Send us your talk | 2026-04-03',
    ],
    ['Please find out who has the key, and tell Jo.', 'Find out who has the key, and tell Jo'],
  ],
  de: [
    [
      'Bitte senden Sie das Formular bis zum 3. April zurück.',
      'Senden Sie das Formular zurück | 2026-04-03',
    ],
    ['Füllen Sie den Antrag bis Freitag aus.', 'Füllen Sie den Antrag aus | 2026-03-13'],
    ['Wir bitten um Rückmeldung bis 20. März.', 'Wir bitten um Rückmeldung | 2026-03-20'],
    ['Die Rechnung ist bis zum 31.3. zu bezahlen.', 'Die Rechnung ist zu bezahlen | 2026-03-31'],
    ['Anmeldeschluss ist der 15. April 2026.', 'Anmeldeschluss | 2026-04-15'],
    [
      'Sie müssen den Ausweis bis Ende März verlängern.',
      'Sie müssen den Ausweis verlängern | 2026-03-31',
    ],
    ['Denk daran, den Müll rauszubringen.', 'Denk daran, den Müll rauszubringen'],
    ['Meldet euch bis Sonntag bei Tom.', 'Meldet euch bei Tom | 2026-03-15'],
    [
      'Falls Sie verhindert sind, geben Sie uns bitte bis Donnerstag Bescheid.',
      'Falls Sie verhindert sind, geben Sie uns Bescheid | 2026-03-12',
    ],
    [
      'Alle Eltern werden gebeten, den Zettel bis morgen abzugeben.',
      'Alle Eltern werden gebeten, den Zettel abzugeben | 2026-03-10',
    ],
    ['Aufgabe: Protokoll verschicken', 'Protokoll verschicken'],
    [
      'Die Unterlagen müssen bis 18 Uhr am 3. Mai vorliegen.',
      'Die Unterlagen müssen vorliegen | 2026-05-03T18:00',
    ],
    ['Kannst du bitte den Beamer reservieren?', 'Den Beamer reservieren'],
  ],
  fr: [
    ['Merci de renvoyer le formulaire avant le 3 avril.', 'Renvoyer le formulaire | 2026-04-03'],
    ['Veuillez confirmer votre présence d’ici vendredi.', 'Confirmer votre présence | 2026-03-13'],
    ['Remplissez le dossier au plus tard le 20 mars.', 'Remplissez le dossier | 2026-03-20'],
    ['Vous devez payer la facture sous 15 jours.', 'Payer la facture | 2026-03-24'],
    ['N’oubliez pas de signer l’attestation.', 'N’oubliez pas de signer l’attestation'],
    [
      'La date limite d’inscription est fixée au 15 avril 2026.',
      'La date limite d’inscription | 2026-04-15',
    ],
    [
      'Le dossier doit être déposé avant le 1er mai à 18h30.',
      'Le dossier doit être déposé | 2026-05-01T18:30',
    ],
    [
      'Les parents sont priés de rendre les livres avant vendredi.',
      'Rendre les livres | 2026-03-13',
    ],
    ['La cotisation est à régler avant fin mars.', 'La cotisation est à régler | 2026-03-31'],
    ['Envoie-moi la liste demain, s’il te plaît.', 'Envoie-moi la liste | 2026-03-10'],
    ['À faire : réserver la salle', 'Réserver la salle'],
  ],
  es: [
    ['Por favor, envíe el formulario antes del 5 de mayo.', 'Envíe el formulario | 2026-05-05'],
    [
      'Rogamos que confirme su asistencia antes del viernes.',
      'Confirme su asistencia | 2026-03-13',
    ],
    ['Debe pagar la cuota a más tardar el 20 de marzo.', 'Pagar la cuota | 2026-03-20'],
    ['No olvides traer el pasaporte.', 'No olvides traer el pasaporte'],
    [
      'La fecha límite de inscripción es el 15 de abril de 2026.',
      'La fecha límite de inscripción | 2026-04-15',
    ],
    [
      'Las solicitudes deberán presentarse hasta el 30 de abril.',
      'Las solicitudes deberán presentarse | 2026-04-30',
    ],
    ['Entrega la llave antes de fin de mes.', 'Entrega la llave | 2026-03-31'],
    [
      'Rellene el cuestionario y devuélvalo en un plazo de 10 días.',
      'Rellene el cuestionario y devuélvalo | 2026-03-19',
    ],
    ['Tarea: llamar al fontanero', 'Llamar al fontanero'],
    ['Hay que renovar el carné antes del 1 de abril.', 'Renovar el carné | 2026-04-01'],
  ],
};

for (const [language, table] of Object.entries(asked)) {
  test.each(table)(`${language}: %s`, async (sentence, tasks) => {
    expect(await read(sentence, language)).toBe(tasks);
  });
}

describe('what asks nothing of its reader', () => {
  test.each([
    // Chrome and marketing
    ['en', 'Read more'],
    ['en', 'Subscribe to our newsletter and never miss a story.'],
    ['en', 'Sign in to leave a comment.'],
    ['en', 'Share this article'],
    ['en', 'Please accept all cookies or choose your settings.'],
    ['en', 'Please enable JavaScript to view this page.'],
    ['en', 'Order before Sunday and save 20 %!'],
    ['en', 'Discover our new collection today!'],
    ['en', 'Enjoy a glass of wine on the terrace.'],
    ['en', 'Contact us at 020 7946 0958 for more information.'],
    ['en', 'If you have any questions, please call the office.'],
    ['en', 'Please feel free to get in touch.'],
    ['de', 'Jetzt kaufen und 20 Euro sparen!'],
    ['de', 'Bei Fragen wenden Sie sich bitte an das Sekretariat.'],
    ['de', 'Entdecken Sie unsere neue Kollektion.'],
    ['fr', 'Profitez de nos offres avant le 31 mars !'],
    ['fr', 'Pour toute question, contactez le secrétariat.'],
    ['es', '¡Descubre nuestras ofertas!'],
    ['es', 'Si tiene alguna duda, llame a la oficina.'],
    // Rhetoric and reference
    ['en', 'Imagine a house by the sea.'],
    ['en', 'Please note that the office is closed on 3 April.'],
    ['en', 'See Figure 2 for the results.'],
    ['en', 'Consider the following example.'],
    ['en', 'Thank you for your patience.'],
    ['de', 'Bitte beachten Sie, dass das Büro am 3. April geschlossen ist.'],
    ['de', 'Wir bitten um Ihr Verständnis.'],
    ['fr', 'Imaginez une maison au bord de la mer.'],
    ['fr', 'Veuillez agréer, Madame, nos salutations distinguées.'],
    ['es', 'Disculpen las molestias.'],
    // Stories, quotations, the past
    ['en', 'He was asked to leave the room.'],
    ['en', '“Send me the letter by Friday,” she said.'],
    ['en', 'Residents had to leave their homes by 3 March.'],
    ['en', 'The deadline was 1 March 2026.'],
    ['en', 'Anna wanted to write a book about it.'],
    ['en', 'The council will decide by 30 April.'],
    ['en', 'Applications closed on 1 February 2026.'],
    ['de', '„Schicken Sie mir den Brief bis Freitag“, sagte sie.'],
    ['de', 'Die Anwohner mussten ihre Häuser verlassen.'],
    ['de', 'Der Stadtrat entscheidet am 30. April.'],
    ['fr', 'Les habitants ont dû quitter leurs maisons.'],
    ['es', 'Los vecinos tuvieron que dejar sus casas.'],
    // Law and general duties
    ['en', 'Users shall not share their passwords.'],
    ['en', 'You must not park here.'],
    ['en', 'The licensee shall pay all fees within 30 days.'],
    ['de', 'Der Nutzer ist verpflichtet, sein Passwort geheim zu halten.'],
    ['fr', 'L’utilisateur doit respecter les présentes conditions.'],
    ['es', 'El usuario deberá respetar las presentes condiciones.'],
    // Words that look like verbs, dates that are none
    ['en', 'Book reviews and test results'],
    ['en', 'Contact details'],
    ['en', 'Opening hours: Monday to Friday, 9 am to 5 pm'],
    ['en', 'The concert takes place on 20 June 2026.'],
    ['en', 'The office closes at 5 pm on Fridays.'],
    ['en', 'You do not need to do anything.'],
    ['en', '[x] Order new chairs'],
    ['de', 'Das Konzert findet am 20. Juni 2026 statt.'],
    ['de', 'Sie müssen nichts weiter tun.'],
    ['fr', 'Le concert aura lieu le 20 juin 2026.'],
    ['es', 'El concierto se celebra el 20 de junio de 2026.'],
  ])('%s: %s', async (language, sentence) => {
    expect(await read(sentence, language)).toBe('');
  });
});

describe('where it stands decides', () => {
  test('a table of dates asks for what is handed in, not for what happens', async () => {
    const lines = `# Call for papers
## Important dates
| Paper submission 14 March 2026
| Notification of acceptance 27 April 2026
| Camera-ready version 11 May 2026 (AoE)
| Workshop 22 June 2026`;
    expect(await read(lines, 'en')).toBe(
      'Paper submission | 2026-03-14 · Camera-ready version | 2026-05-11',
    );
  });

  test('steps are tasks in a procedure and none in a recipe', async () => {
    const steps =
      '1. Fill the tank with water.\n2. Switch the machine on.\n3. Wait until the lamp is green.';
    expect(await read(`# Setting up your machine\n${steps}`, 'en')).not.toBe('');
    const recipe = `# Lentil soup\n## Ingredients\n- 200 g lentils\n- 2 tbsp oil\n- 1 tsp salt\n## Method\n1. Preheat the oven and chop the onions.\n2. Add the lentils, stir and simmer for 20 minutes.\n3. Serve with bread.`;
    expect(await read(recipe, 'en')).toBe('');
  });

  test('an unticked box is a task, a ticked one is none', async () => {
    expect(
      await read('# Before the release\n[x] Update the changelog\n[ ] Tag the release', 'en'),
    ).toBe('Tag the release');
  });

  test('what somebody is quoted with asks nothing of the reader', async () => {
    expect(await read('> Please send me the photos by Friday.', 'en')).toBe('');
  });
});

describe('a title', () => {
  test('keeps what stands in a bracket that nobody closed, if that is all there is', async () => {
    expect(await read('[ ] ( Tag the release', 'en')).toBe('Tag the release');
  });

  test('is more than a date and a courtesy: they name nothing to do', async () => {
    expect(await read('[ ] 31.12. ( bitte', 'de')).toBe('');
    expect(await read('[ ] 31.12.', 'de')).toBe('');
    expect(await read('[ ] Abgabe 31.12.', 'de')).toBe('Abgabe | 2026-12-31');
  });
});

test('a date is certain only if the page itself gives what it counts from', async () => {
  const certain = async (
    sentence: string,
    published: string | null,
  ): Promise<boolean | undefined> => {
    const [task] = await tasksIn(documentOf(sentence, { language: 'en-GB', published }));
    return task?.dueCertain;
  };
  expect(await certain('Please reply by 3 May 2026.', null)).toBe(true);
  expect(await certain('Please reply by 3 May.', '2026-03-09')).toBe(true);
  expect(await certain('Please reply by 3 May.', null)).toBe(false);
  expect(await certain('Please reply by Friday.', null)).toBe(false);
  expect(await certain('Please reply by the 15th.', '2026-03-09')).toBe(false);
  expect(await certain('Please reply.', null)).toBe(true);
});

describe('on a page without a date of its own', () => {
  async function due(lines: string, title?: string): Promise<string[]> {
    const tasks = await tasksIn(
      documentOf(lines, { language: 'en-GB', published: null, ...(title ? { title } : {}) }),
    );
    return tasks.map((task) => `${task.due}${task.dueCertain ? '' : '?'}`);
  }

  test.each([
    ['the next such day', 'Please reply by 3 May.', '2026-05-03?'],
    ['the weekday', 'Please reply by Saturday 3 May.', '2025-05-03'],
    ['the heading', '# Important dates 2027\nPlease reply by 3 May.', '2027-05-03?'],
    [
      'the nearest heading',
      '# Courses since 2024\n## Summer 2025\nPlease reply by 3 May.',
      '2025-05-03?',
    ],
    ['a school year', '# Trips 2024/25\nPlease reply by 3 February.', '2025-02-03?'],
    [
      'most of the page’s full dates',
      '# Trip\nWe meet on 20 May 2025.\nWe are back on 22 May 2025.\nThe mill was built on 1 May 1826.\nPlease reply by 3 May.',
      '2025-05-03?',
    ],
    [
      'the same list, before the page',
      '# Trip\nWe met on 20 May 2025.\n- Please reply by 3 May.\n- We leave on 9 May 2027.',
      '2027-05-03?',
    ],
  ])('the year is that of %s', async (_, lines, expected) => {
    expect(await due(lines)).toEqual([expected]);
  });

  test('the title tells the year', async () => {
    expect(await due('Please reply by 3 May.', 'Summer school 2027')).toEqual(['2027-05-03?']);
  });
});

test('a weekday that contradicts the document’s date makes a date unsure', async () => {
  const [task] = await tasksIn(documentOf('Please reply by Monday 3 May.'));
  expect(task).toMatchObject({ due: '2026-05-03', dueCertain: false });
});

test('a deadline that passed is a task only on a page without a date', async () => {
  const past = 'Registration closes on 1 March 2026.';
  expect(await tasksIn(documentOf(past, { published: '2026-03-09' }))).toHaveLength(0);
  expect(await tasksIn(documentOf(past, { published: null }))).toHaveLength(1);
});

test('the language is read from the words where the page declares none', async () => {
  const lines =
    'Liebe Eltern,\nbitte geben Sie den Zettel bis Freitag bei der Klassenlehrerin ab, damit wir die Karten für das Theater bestellen können.';
  const [task] = await tasksIn(documentOf(lines, { language: null }));
  expect(task?.due).toBe('2026-03-13');
});

test('a long title ends at the border of a word', async () => {
  const [task] = await tasksIn(
    documentOf(`Please send us ${'a very long list of things '.repeat(12)}by Friday.`),
  );
  expect(task?.title.length).toBeLessThanOrEqual(120);
  expect(task?.title).toMatch(/\w…$/u);
});

test('reading stops when it is aborted', async () => {
  const controller = new AbortController();
  const document = documentOf('Please reply by Friday.\n'.repeat(5_000));
  const reading = Array.fromAsync(findTasks(document, controller.signal));
  controller.abort();
  await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
});
