//! The labels that Event Viewer and its exports put before the fields of an entry, in the languages seen.
//!
//! A label ends in `:`, `=`, `;`, a tab or a hyphen between blanks: `Event ID:  168`, `Category;`, `Source - W3SVC`,
//! `Ereignis-ID: 7`, `事件 ID: 1000`, `Id. de evento = 5`. Several may stand on one line, and the word before one may
//! be glued to it (`MSExchangeMTAEvent ID: 9405`).

use crate::parse::text::{position, trim};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use std::sync::LazyLock;

/// What a label announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Id,
    Source,
    Message,
    Log,
    Level,
    Date,
    Time,
    Computer,
    /// A field of every entry that is not kept: category, user, keywords.
    Other,
}

/// A label in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) field: Field,
    /// Where the label begins.
    pub(crate) start: usize,
    /// Where its value begins, after the separator.
    pub(crate) value: usize,
}

/// The longest label in bytes.
const LONGEST: usize = 48;

static FIELDS: LazyLock<FxHashMap<&'static [u8], Field>> = LazyLock::new(|| {
    TABLE.iter().flat_map(|(field, names)| names.iter().map(|name| (name.as_bytes(), *field))).collect()
});

/// How the last words of all labels end.
static ENDINGS: LazyLock<FxHashSet<[u8; ENDING]>> =
    LazyLock::new(|| TABLE.iter().flat_map(|(_, names)| names.iter()).map(|name| ending(name)).collect());

/// As much of the end of a label tells that most other words are none.
const ENDING: usize = 3;

/// The last letters of a text's last word, in lower case.
fn ending(text: &str) -> [u8; ENDING] {
    let mut ending = [0; ENDING];
    let last = text.bytes().rev().take_while(|byte| !(byte.is_ascii_whitespace() || *byte == 0x0b));
    ending.iter_mut().zip(last).for_each(|(letter, byte)| *letter = byte.to_ascii_lowercase());
    ending
}

/// Whether a label can end as this text does.
fn ends_as_label(text: &str) -> bool {
    let ending = ending(text);
    !ending.is_ascii() || ENDINGS.contains(&ending)
}

/// The field of a label, or of a column of a table: `Event ID`, `TimeGenerated`.
pub(crate) fn field(name: &str) -> Option<Field> {
    if name.len() > LONGEST {
        return None;
    }
    let name = trim(name);
    let mut key: SmallVec<[u8; LONGEST]> = SmallVec::from_slice(name.as_bytes());
    key.make_ascii_lowercase();
    let found = FIELDS.get(key.as_slice()).copied();
    found.or_else(|| {
        if name.bytes().all(|byte| byte.is_ascii() && byte >= b' ') && position(name, "  ").is_none() {
            return None;
        }
        key.clear();
        for word in name.split_whitespace() {
            if !key.is_empty() {
                key.push(b' ');
            }
            for char in word.chars().flat_map(char::to_lowercase) {
                let char = if char == '\u{2019}' { '\'' } else { char };
                key.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        FIELDS.get(key.as_slice()).copied()
    })
}

/// Whether a byte can part a label from its value.
static SEPARATES: [bool; 256] = {
    let mut separates = [false; 256];
    separates[b':' as usize] = true;
    separates[b'=' as usize] = true;
    separates[b';' as usize] = true;
    separates[b'-' as usize] = true;
    separates[b'\t' as usize] = true;
    separates
};

/// Every label in `text`, in order.
pub(crate) fn labels(text: &str) -> impl Iterator<Item = Label> {
    labels_behind(text, 0)
}

/// Every label in `text` behind the value that begins at `from`.
pub(crate) fn labels_behind(text: &str, mut from: usize) -> impl Iterator<Item = Label> {
    // Where the next separator is sought.
    let mut next = from;
    std::iter::from_fn(move || {
        loop {
            let separates = |byte: &u8| SEPARATES[usize::from(*byte)];
            let at = next + text.as_bytes().get(next..)?.iter().position(separates)?;
            let hyphen = text.as_bytes().get(at) == Some(&b'-');
            next = at + 1;
            if hyphen && !(text[..at].ends_with(' ') && text[next..].starts_with(' ')) {
                continue;
            }
            let label = label_before(text, from, at);
            if label.is_some() || !hyphen {
                from = next;
            }
            if let Some((start, field)) = label {
                return Some(Label { field, start, value: next });
            }
        }
    })
}

/// The label with which `text` begins, apart from blanks, bullets and emphasis.
pub(crate) fn first_label(text: &str) -> Option<Label> {
    let start = text.len() - unmarked(text).len();
    let head = &text[start..floor_boundary(text, start + LONGEST + 4)];
    let at = head.bytes().position(|byte| SEPARATES[usize::from(byte)])?;
    let (field, value) = match head.as_bytes().get(at)? {
        b'-' => {
            labels(head).next().filter(|label| label.start == 0).map(|label| (label.field, label.value))?
        }
        // Nothing shorter begins the text.
        _ => {
            let name = name_before(head.get(..at)?);
            let begins = ends_as_label(name) && !name.starts_with(char::is_whitespace);
            (begins.then(|| field(name)).flatten()?, at + 1)
        }
    };
    Some(Label { field, start, value: start + value })
}

/// `text` without the blanks, bullets and emphasis it begins with.
pub(crate) fn unmarked(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '*', '-', '#', '"', '[', '(', '•', '·', '`', '_', ','])
}

/// A value as written, without emphasis, brackets and the line-break mark of Markdown.
pub(crate) fn trimmed(value: &str) -> &str {
    let value = value.trim_matches([' ', '\t', '*', '`', ',', ';', '|', '\\', '"', '\u{200e}']);
    // `__ Error` and `_Error_` are emphasis, `_Exchange Inter-Org Synch` is a name.
    let inner = value.trim_start_matches('_');
    let emphasis = value.ends_with('_') || inner.starts_with(' ');
    let value = if emphasis { inner.trim_end_matches('_').trim() } else { value };
    // `(Source: Service Control Manager) (EventID: 7031)`
    let value = value.trim_end_matches(['(', ' ']);
    let value = if value.contains('(') { value } else { value.trim_end_matches([')', ' ']) };
    if value.contains('[') { value } else { value.trim_end_matches([']', ' ']) }
}

/// What stands before a separator, without blanks and emphasis behind it.
fn name_before(text: &str) -> &str {
    text.trim_end_matches([' ', '\t', '*', '_', '"', '`'])
}

/// The longest known label that ends at `at`.
fn label_before(text: &str, from: usize, at: usize) -> Option<(usize, Field)> {
    let head = name_before(&text[from..at]);
    if !ends_as_label(head) {
        return None;
    }
    let head_end = from + head.len();
    let earliest = floor_boundary(text, head_end.saturating_sub(LONGEST)).max(from);
    let bytes = text.as_bytes();
    let mut best = None;
    for start in (earliest..head_end).rev() {
        // Most letters stand inside a word, and no label is glued to what is before them.
        let inside = start > from && bytes[start - 1].is_ascii_alphanumeric();
        if inside && !matches!(bytes[start], b'E' | b'D' | b'T') || !text.is_char_boundary(start) {
            continue;
        }
        let label = &text[start..head_end];
        let before = text[from..start].chars().next_back();
        let begins_word = before.is_none_or(|before| !before.is_alphanumeric() && before != '.');
        let glued = ["Ev", "EV", "De", "Dy", "Te", "Ty"].iter().any(|head| label.starts_with(head));
        if label.starts_with(char::is_whitespace) || !(begins_word || glued) {
            continue;
        }
        match field(label) {
            Some(field) if begins_word || may_be_glued(label, before) => best = Some((start, field)),
            _ => {}
        }
    }
    best
}

/// `MSExchangeMTAEvent ID:`, `NoneDescription:`, `NetLogonType:`: labels seen glued to the word before them.
fn may_be_glued(label: &str, before: Option<char>) -> bool {
    let id = label.len() > "event".len() && label.starts_with(['E', 'e']);
    id || (matches!(label, "Description" | "Type") && before.is_some_and(char::is_lowercase))
}

/// `Source SRV`, `Type Error`: a label of an English entry at the beginning of a line that has lost its separator.
pub(crate) fn bare_label(text: &str) -> Option<Label> {
    let start = text.len() - unmarked(text).len();
    let line = text[start..].trim_end();
    let (name, value) = line.split_once([' ', '\t'])?;
    let field = match name {
        "Source" => Field::Source,
        "Type" => Field::Level,
        "Category" | "User" => Field::Other,
        "Computer" => Field::Computer,
        _ => return None,
    };
    let short = value.split_whitespace().count() <= 4 && !value.ends_with(['.', ':']);
    short.then_some(Label { field, start, value: start + name.len() })
}

/// The last char boundary at or before `at`.
pub(crate) fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[rustfmt::skip]
const TABLE: &[(Field, &[&str])] = &[
    (Field::Id, &[
        "event id", "eventid", "event-id", "event_id", "event i.d.", "event id#", "event id #", "event id number",
        "event id no.", "event id code", "event", "event code", "eventcode", "event number", "event #",
        "ereignis-id", "ereigniskennung", "ereignis id", "ereigniscode", "ereignis",
        "id de l'événement", "id. de l'événement", "id événement", "id d'événement", "identificateur d'événement",
        "identifiant d'événement", "numéro d'événement", "id de l'évènement",
        "id. de evento", "id de evento", "id. del evento", "id del evento", "identificador de evento",
        "identificador del evento", "id. suceso", "id. de suceso", "id de suceso", "id. del suceso", "id evento",
        "id do evento", "identificação do evento", "identificação de evento", "id. do evento", "evento",
        "código do evento", "código de evento", "codice evento", "gebeurtenis-id", "gebeurtenis id",
        "identyfikator zdarzenia", "id zdarzenia", "zdarzenie", "код события", "id события",
        "идентификатор события", "событие", "код події", "ідентифікатор події", "事件 id", "事件id", "事件標識碼",
        "事件識別碼", "事件标识", "事件编号", "イベント id", "イベントid", "이벤트 id", "이벤트id", "id události",
        "händelse-id", "hændelses-id", "hændelses id", "hendelses-id", "tapahtumatunnus", "tapahtuman tunnus",
        "olay kimliği", "eseményazonosító", "id eveniment", "αναγνωριστικό συμβάντος",
    ]),
    (Field::Source, &[
        "source", "event source", "eventsource", "source name", "sourcename", "event source name", "provider",
        "provider name", "providername", "quelle", "ereignisquelle", "source de l'événement", "source événement",
        "origen", "origen del evento", "origen del suceso", "fonte", "origem", "origem do evento",
        "fonte do evento", "fonte de evento", "origine", "origine evento", "bron", "gebeurtenisbron", "źródło",
        "źródło zdarzenia", "источник", "источник события", "имя источника", "джерело", "来源", "事件来源", "源", "來源", "事件來源",
        "ソース", "イベント ソース", "원본", "이벤트 원본", "zdroj", "zdroj události", "källa", "kilde", "lähde", "kaynak",
        "forrás", "sursă",
    ]),
    (Field::Message, &[
        "description", "message", "message text", "event description", "event message", "event text", "text",
        "details", "beschreibung", "meldung", "nachricht", "descripción", "mensaje", "descrição", "mensagem", "descrizione",
        "messaggio", "beschrijving", "opis", "описание", "сообщение", "опис", "描述", "说明", "消息", "說明", "訊息",
        "説明", "メッセージ", "설명", "메시지", "popis", "beskrivning", "beskrivelse", "kuvaus", "açıklama", "leírás", "descriere",
    ]),
    (Field::Log, &[
        "log name", "logname", "log", "event log", "logfile", "channel", "protokollname", "protokoll",
        "nom du journal", "journal", "nombre de registro", "nombre del registro", "registro", "nome do log",
        "nome do registo", "nome do registro", "nome registro", "logboeknaam", "nazwa dziennika", "имя журнала", "журнал",
        "日志名称", "記錄檔名稱", "记录名称", "ログの名前", "로그 이름", "název protokolu", "loggnamn", "lognavn",
        "loggnavn", "lokin nimi", "günlük adı", "naplónév", "ім'я журналу",
    ]),
    (Field::Level, &[
        "type", "event type", "eventtype", "entrytype", "entry type", "level", "leveldisplayname", "severity",
        "event severity", "id type", "typ", "ereignistyp", "ebene", "niveau", "type de l'événement", "type d'événement",
        "nivel", "tipo", "tipo de suceso", "tipo de evento", "nível", "tipo do evento", "livello", "tipo evento",
        "poziom", "typ zdarzenia", "уровень", "тип", "тип события", "рівень", "тип події", "级别", "等级", "类型", "事件类型",
        "層級", "等級", "類型", "事件類型", "レベル", "種類", "イベントの種類", "수준", "종류", "úroveň", "nivå", "taso", "düzey", "szint",
    ]),
    (Field::Date, &[
        "date", "date and time", "event date", "datum", "datum und uhrzeit", "datum/uhrzeit", "timegenerated",
        "time generated", "timecreated", "time created", "timewritten", "logged", "date et heure", "fecha", "fecha y hora",
        "data", "data e hora", "data e ora", "data i godzina", "дата", "дата и время", "日期", "日期和时间", "日期和時間",
        "日付", "日付と時刻", "날짜", "날짜 및 시간", "päivämäärä", "tarih", "dátum", "dato",
    ]),
    (Field::Time, &[
        "time", "event time", "zeit", "uhrzeit", "heure", "hora", "ora", "tijd", "godzina", "время", "час", "时间",
        "時間", "時刻", "시간", "čas", "tid", "aika", "saat",
    ]),
    (Field::Computer, &[
        "computer", "computer name", "computername", "machine", "machinename", "machine name", "server", "host",
        "hostname", "ordinateur", "equipo", "computador", "komputer", "компьютер", "комп'ютер", "计算机", "计算机名",
        "電腦", "コンピューター", "컴퓨터", "počítač", "dator", "tietokone", "bilgisayar", "számítógép",
    ]),
    (Field::Other, &[
        "category", "event category", "cat", "categorynumber", "task category", "taskdisplayname", "task",
        "user", "user name", "username", "event user", "keywords", "keyword", "opcode", "opcodedisplayname", "qualifiers",
        "recordid", "record id", "record number", "event record id", "eventrecordid", "recordnumber",
        "symbol name", "symbolic name", "correlation id", "process id", "thread id", "processid", "threadid",
        "kategorie", "ereigniskategorie", "aufgabenkategorie", "schlüsselwörter", "benutzer", "vorgangscode",
        "catégorie", "catégorie de la tâche", "catégorie de l'événement", "mots clés", "mots-clés", "utilisateur",
        "categoría", "categoría de la tarea", "categoría de tarea", "categoría del suceso", "palabras clave", "usuario",
        "categoria", "categoria da tarefa", "categoria de tarefa", "categoria da evento", "categoria do evento",
        "palavras-chave", "palavras chave", "usuário", "utilizador", "categoria attività", "categoria evento",
        "parole chiave", "utente", "categorie", "taakcategorie", "trefwoorden", "gebruiker", "kategoria",
        "kategoria zadania", "kategoria zdarzenia", "słowa kluczowe", "użytkownik", "категория", "категория задачи",
        "категория события", "ключевые слова", "пользователь", "категорія завдання", "ключові слова", "користувач",
        "类别", "任务类别", "关键字", "用户", "操作代码", "類別", "工作類別", "關鍵字", "使用者",
        "タスクのカテゴリ", "分類", "キーワード", "ユーザー", "작업 범주", "키워드", "사용자", "kategorie úlohy",
        "klíčová slova", "uživatel", "aktivitetskategori", "nyckelord", "användare", "opgavekategori", "nøgleord", "bruger",
        "görev kategorisi", "anahtar sözcükler", "kullanıcı", "feladatkategória", "kulcsszavak", "felhasználó",
    ]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Field, &str)> {
        labels(text).map(|label| (label.field, &text[label.start..label.value])).collect()
    }

    #[test]
    fn several_labels_on_one_line() {
        assert_eq!(
            found("Date:     7/6/00  3:11 PM       Event ID:\t168"),
            [(Field::Date, "Date:"), (Field::Id, "Event ID:")]
        );
        assert_eq!(
            found("Event ID: 7026, Source: Service Control Manager; Category;\tNone"),
            [(Field::Id, "Event ID:"), (Field::Source, "Source:"), (Field::Other, "Category;")]
        );
    }

    #[test]
    fn the_longest_label_counts() {
        assert_eq!(found("Event Source=x"), [(Field::Source, "Event Source=")]);
        assert_eq!(found("**Task Category:** None"), [(Field::Other, "Task Category:")]);
    }

    #[test]
    fn labels_of_other_languages() {
        assert_eq!(found("Ereignis-ID: 7"), [(Field::Id, "Ereignis-ID:")]);
        assert_eq!(found("ID de l’événement : 7"), [(Field::Id, "ID de l’événement :")]);
        assert_eq!(found("Код события: 7"), [(Field::Id, "Код события:")]);
        assert_eq!(found("事件 ID: 7"), [(Field::Id, "事件 ID:")]);
    }

    #[test]
    fn a_word_glued_to_the_id_label() {
        assert_eq!(found("MSExchangeMTAEvent ID: 5"), [(Field::Id, "Event ID:")]);
        assert_eq!(found("Category: NoneDescription: x").len(), 2);
        assert_eq!(found("RectEvent: 5, Resource: x, DataSource: y"), []);
    }

    #[test]
    fn a_hyphen_is_a_separator_between_blanks_only() {
        assert_eq!(found("Source - W3SVC"), [(Field::Source, "Source -")]);
        assert_eq!(found("type-safe"), []);
    }

    #[test]
    fn emphasis_is_no_part_of_a_value() {
        for value in ["** Error", "__ Error", "_Error_", " Error\\"] {
            assert_eq!(trimmed(value), "Error", "{value}");
        }
        assert_eq!(trimmed(" _Inter-Org Synch"), "_Inter-Org Synch");
    }

    #[test]
    fn a_label_without_separator() {
        assert_eq!(bare_label("  Source SRV").map(|label| label.field), Some(Field::Source));
        assert_eq!(bare_label("Type the name of the server that you want to restart."), None);
    }

    #[test]
    fn the_first_label_may_follow_a_bullet() {
        let label = first_label("  - Event ID: 9").unwrap();
        assert_eq!((label.field, label.start, label.value), (Field::Id, 4, 13));
        assert_eq!(first_label("see Event ID: 9"), None);
    }
}
