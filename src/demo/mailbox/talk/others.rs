//! Dutch, Japanese and Polish.

use super::{Talk, topic};

pub(super) const DUTCH: Talk = Talk {
    greeting: "Hoi {name},",
    farewell: "Groetjes",
    wrote: "Op {date} schreef {name}:",
    answer_mark: "Re: ",
    topics: &[
        topic(
            "Eten op {day}?",
            "We zijn terug uit {city} en er is {food}. Kom je {day} langs?",
            "Graag! Ik neem een toetje mee.",
        ),
        topic(
            "Foto's van {city}",
            "Ik heb de foto's uitgezocht, er zijn er {n} over. Welke wil je?",
            "Die op de brug, en die met de hond.",
        ),
        topic(
            "Zeilen?",
            "De boot is {day} vrij. Er kunnen {n} mensen mee. Doe je mee als het niet stormt?",
            "Ja, ook als het wel stormt.",
        ),
        topic(
            "Je fiets",
            "Je fiets staat nog in onze schuur. Ik heb de band geplakt, ga je gang.",
            "Je bent een held. Ik kom {day}.",
        ),
    ],
    work: &[topic(
        "Vraag over de cijfers",
        "De reeks uit {city} mist {n} dagen. Kun jij er voor {day} naar kijken?",
        "Ligt aan de sensor. Ik laat hem vervangen.",
    )],
    replies: &[
        "Prima, tot dan!",
        "Kan het ook op {day}?",
        "Dank je wel, dat is heel lief.",
        "Ik vraag het de anderen even.",
    ],
};

pub(super) const JAPANESE: Talk = Talk {
    greeting: "{name}さん",
    farewell: "よろしくお願いします",
    wrote: "{date} {name}:",
    answer_mark: "Re: ",
    topics: &[
        topic(
            "{day}の夕食",
            "{city}から戻りました。{day}にうちで食事をしませんか。",
            "ありがとうございます。喜んで伺います。",
        ),
        topic(
            "写真を送ります",
            "先週の写真を整理しました。全部で{n}枚あります。",
            "とてもきれいですね。橋の写真をください。",
        ),
        topic("来月の旅行について", "{city}の宿を予約しました。{n}人です。", "楽しみにしています！"),
    ],
    work: &[],
    replies: &["了解しました。", "{day}でも大丈夫ですか。", "どうもありがとうございます。"],
};

pub(super) const POLISH: Talk = Talk {
    greeting: "Cześć {name},",
    farewell: "Pozdrawiam",
    wrote: "{date} {name} napisał(a):",
    answer_mark: "Odp: ",
    topics: &[
        topic(
            "Kolacja w {day}?",
            "Wróciliśmy z podróży i jest {food}. Wpadniesz w {day}?",
            "Chętnie! Przyniosę coś słodkiego.",
        ),
        topic(
            "Zdjęcia z wyjazdu",
            "Wybrałam najlepsze zdjęcia, zostało {n}. Które chcesz?",
            "Wszystkie, oprócz tych ze mną.",
        ),
        topic(
            "Góry w {day} 🏔️",
            "W schronisku jest jeszcze {n} miejsc. Jedziesz z nami?",
            "Jadę, tylko muszę kupić buty.",
        ),
    ],
    work: &[],
    replies: &[
        "Świetnie, do zobaczenia!",
        "A może w {day}?",
        "Dziękuję, jesteś kochana.",
        "Zapytam pozostałych i dam znać.",
    ],
};
