//! English.

use super::{Talk, Topic, topic};

pub(super) const ENGLISH: Talk = Talk {
    greeting: "Hi {name},",
    farewell: "Cheers",
    wrote: "On {date}, {name} wrote:",
    answer_mark: "Re: ",
    topics: TOPICS,
    work: WORK,
    replies: &[
        "Sounds good, see you then!",
        "Ha, I had not thought of that. Let me ask the others and get back to you.",
        "Yes please. I will bring {food}.",
        "Sorry for the late answer, it has been one of those weeks. Yes to all of it.",
        "Could we make it {day} instead? Something came up.",
        "Perfect, thanks for sorting this out.",
        "Let me check with the family first, I will tell you tomorrow.",
        "That photo made my day, thank you.",
    ],
};

const TOPICS: &[Topic] = &[
    topic(
        "Dinner on {day}?",
        "We are back from {city} and the fridge is full. Would you like to come over on {day}? There will be {food}.",
        "Gladly! Should I bring something to drink?",
    ),
    topic(
        "Those photos from {city}",
        "I finally sorted the pictures of our weekend in {city}. There are {n} of them; which ones do you want printed?",
        "The one on the bridge, please, and the one with the dog that was not ours.",
    ),
    topic(
        "Bike trouble",
        "You fixed your gear hub last year, didn't you? Mine makes a noise like a coffee mill. Can I come by on {day}?",
        "Come by after six. It is probably the cable, that takes ten minutes.",
    ),
    topic(
        "Book you lent me",
        "I finished it at three in the morning and I am still cross with the ending. Want it back on {day}?",
        "Keep it for your sister, she will like the second half.",
    ),
    topic(
        "Allotment rota",
        "Could you water on {day}? The tomatoes ({n} plants now) will not survive another hot weekend.",
        "No problem, I will go before breakfast.",
    ),
    topic(
        "Mum's birthday",
        "I thought of a day trip to {city} rather than another vase. Are you in? I could book for {n} people.",
        "Best idea we have had in years. I will drive.",
    ),
    topic(
        "Moving house",
        "It is official, we move at the end of the month. Do you still have those {n} boxes in the cellar?",
        "All yours. I can help carry on {day} if there is {food} afterwards.",
    ),
    topic(
        "Concert tickets",
        "They play in {city} on {day} and I have a spare ticket. Do not think about it too long.",
        "Yes!! What do I owe you?",
    ),
    topic(
        "Are you all right?",
        "You looked tired on {day}. Nothing to solve, I only wanted to ask. Coffee this week?",
        "Thank you for asking. Coffee would be lovely, I will tell you then.",
    ),
    topic(
        "Hiking plans",
        "The hut has {n} beds free. The path from {city} takes about six hours, five if you do not stop for {food}.",
        "I am in. My boots are not, so I need new ones first.",
    ),
    topic(
        "Kids' football",
        "Training moves to {day}. Could you pick up both of them? I am in {city} until late.",
        "Sure, they can eat with us.",
    ),
    topic(
        "Recipe 🥧",
        "You asked for the {food} recipe. The secret is that there is none: twice the butter, half the sugar.",
        "I knew it. My arteries thank you, my taste buds more so.",
    ),
    topic(
        "Choir on {day}",
        "Will you sing with us in {city}? We are short of altos, and the Fauré wants at least {n} of them.",
        "If somebody gives me the notes before, yes.",
    ),
    topic(
        "Flat keys",
        "I left your keys with the neighbour on the second floor. The cat has eaten, whatever she says.",
        "She says she has not. Thank you for looking after her!",
    ),
];

const WORK: &[Topic] = &[
    topic(
        "Draft of the {city} report",
        "Attached in the share: the draft, {n} pages. Could you read chapter two before {day}? I am not sure of the tables.",
        "Read it. Table 3 counts the weekends twice, the rest is fine.",
    ),
    topic(
        "Who is on call on {day}?",
        "The rota has a hole on {day}. Could you swap with me? I will take your next two.",
        "Can do. I have changed the rota.",
    ),
    topic(
        "Question about the import job",
        "Run {n} skipped some rows without saying so. Is that meant? I can look into it if you point me to the code.",
        "Not meant. It is in the retry loop; let us look at it together after lunch.",
    ),
    topic(
        "Budget for next quarter",
        "Finance asks for our figures by {day}. I have {n} days of contractors and the trip to {city}. What did I forget?",
        "The licences. I will add them, then it can go out.",
    ),
    topic(
        "New colleague starts {day}",
        "Could you show her round in the first week? She comes from the {city} office and knows the data better than we do.",
        "With pleasure. I will put some time aside each morning.",
    ),
    topic(
        "Talk proposal",
        "The conference in {city} takes proposals until {day}. Shall we write up how we got rid of those {n} cron jobs?",
        "Only if you do the slides. I will write the abstract tonight.",
    ),
    topic(
        "Feedback on the mock-ups",
        "I put {n} variants next to each other. My favourite is the quiet one, but I would like your honest word.",
        "The quiet one, and drop the second toolbar.",
    ),
    topic(
        "Server room in {city}",
        "They will cut the power on {day} from six to eight. Is there anything of ours that minds?",
        "The old backup box. I will shut it down the evening before.",
    ),
];
