//! French, Italian, Portuguese and Spanish.

use super::{Talk, topic};

pub(super) const FRENCH: Talk = Talk {
    greeting: "Bonjour {name},",
    farewell: "Bises",
    wrote: "Le {date}, {name} a écrit :",
    answer_mark: "Re: ",
    topics: &[
        topic(
            "Dîner {day} ?",
            "Nous rentrons de {city} et il y aura {food}. Tu viens {day} soir ?",
            "Avec plaisir ! J'apporte le dessert.",
        ),
        topic(
            "Les photos de {city}",
            "J'ai enfin trié les photos : il en reste {n}. Lesquelles veux-tu ?",
            "Celle du pont, et celle où tu ris. Merci !",
        ),
        topic(
            "Vacances d'été ☀️",
            "La maison près de {city} est libre. On serait {n}. Il faut répondre avant {day}.",
            "Nous sommes partants. Qui réserve ?",
        ),
        topic(
            "Ton vélo",
            "Ton vélo est toujours dans notre cave. Tu passes {day} ? Il y a du café et {food}.",
            "Je passe après le travail, promis.",
        ),
        topic(
            "Ça va ?",
            "Tu avais l'air fatigué l'autre jour. On se prend un café {day} ?",
            "Oui, ça me ferait du bien. Merci d'avoir demandé.",
        ),
    ],
    work: &[
        topic(
            "Réunion à {city}",
            "Le client propose {day}. Peux-tu être là ? Il y aura {n} personnes.",
            "Je prends le premier train. À {day} !",
        ),
        topic(
            "Relecture du contrat",
            "J'ai marqué {n} points dans la marge. Ton avis sur l'article 7 avant {day} ?",
            "L'article 7 me convient, le 9 un peu moins. Je t'appelle.",
        ),
    ],
    replies: &[
        "Parfait, à bientôt !",
        "Est-ce que {day} irait aussi ?",
        "Merci beaucoup, c'est très gentil.",
        "Je demande aux autres et je te dis.",
    ],
};

pub(super) const ITALIAN: Talk = Talk {
    greeting: "Ciao {name},",
    farewell: "Un abbraccio",
    wrote: "Il {date} {name} ha scritto:",
    answer_mark: "R: ",
    topics: &[
        topic("Cena {day}?", "Siamo tornati da {city}. Vieni {day}? Ci sarà {food}.", "Volentieri! Porto il vino."),
        topic(
            "Foto di {city}",
            "Ho messo in ordine le foto, ne sono rimaste {n}. Perché sei sempre l'unico che guarda l'obiettivo?",
            "Perché sono l'unico educato.",
        ),
        topic(
            "Casa al mare",
            "La casa è libera per {n} notti. Rispondi entro {day}, così prenoto.",
            "Sì, sì e ancora sì.",
        ),
        topic(
            "Compleanno di papà",
            "Pensavo a una gita a {city}. Che ne dici? Più bello di un'altra cravatta.",
            "Ottimo, guido io.",
        ),
    ],
    work: &[topic(
        "Preventivo per {city}",
        "Il cliente chiede {n} giorni in meno. È possibile? Devo rispondere entro {day}.",
        "Solo se togliamo la formazione.",
    )],
    replies: &[
        "Perfetto, a presto!",
        "Va bene anche {day}?",
        "Grazie mille, sei gentilissimo.",
        "Chiedo agli altri e ti dico.",
    ],
};

pub(super) const PORTUGUESE: Talk = Talk {
    greeting: "Olá {name},",
    farewell: "Um abraço",
    wrote: "Em {date}, {name} escreveu:",
    answer_mark: "Re: ",
    topics: &[
        topic(
            "Jantar no {day}?",
            "Voltámos de {city} e há {food} para todos. Apareces no {day}?",
            "Claro que sim! Levo a sobremesa.",
        ),
        topic(
            "Fotografias de {city}",
            "Já escolhi as melhores, são {n}. Queres que as mande?",
            "Manda todas, a avó também quer ver.",
        ),
        topic(
            "Férias em Lisboa",
            "O apartamento está livre. Seríamos {n}. Diz-me até {day}, não te esqueças!",
            "Contem connosco.",
        ),
    ],
    work: &[],
    replies: &[
        "Combinado, até lá!",
        "Pode ser no {day}?",
        "Muito obrigado, és um amor.",
        "Vou perguntar aos outros e já te digo.",
    ],
};

pub(super) const SPANISH: Talk = Talk {
    greeting: "Hola {name}:",
    farewell: "Un abrazo",
    wrote: "El {date}, {name} escribió:",
    answer_mark: "Re: ",
    topics: &[
        topic(
            "¿Cena el {day}?",
            "Ya volvimos de {city} y hay {food}. ¿Te vienes el {day}?",
            "¡Claro! Llevo el postre.",
        ),
        topic(
            "Las fotos de {city}",
            "Por fin ordené las fotos, quedan {n}. ¿Cuáles quieres?",
            "La del puente y la del perro.",
        ),
        topic(
            "Cumpleaños de la abuela",
            "Hemos reservado mesa para {n} el {day}. ¿Vienes en tren?",
            "Sí, llego a mediodía. Traigo flores.",
        ),
        topic(
            "Excursión a {city}",
            "El refugio tiene sitio. Hay que confirmar antes del {day}. ¿Te animas, compañero?",
            "Me animo, aunque no entreno desde mayo.",
        ),
    ],
    work: &[topic(
        "Datos de {city}",
        "Faltan {n} filas en el fichero. ¿Puedes mirarlo antes del {day}?",
        "Era el filtro de fechas; ya está corregido.",
    )],
    replies: &[
        "¡Perfecto, hasta entonces!",
        "¿Podría ser el {day}?",
        "Mil gracias, eres un sol.",
        "Pregunto a los demás y te digo mañana.",
    ],
};
