"""Places of the sample movement: countries, what is spoken there, and made-up names.

Every name begins with the word for "sample" in its language, so that nobody takes one of these
people for real.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A country and how somebody from there may be called.

    ``people`` is its weight; ``tongues`` are first languages, ``bridges`` languages that many
    learn as well; ``sample`` is the word for "sample"; names are ``first`` and ``second`` parts.
    """

    country: str
    people: int
    zone: str
    tongues: tuple[str, ...]
    bridges: tuple[str, ...]
    sample: str
    first: tuple[str, ...]
    second: tuple[str, ...]


def _place(line: str) -> Place:
    country, people, zone, tongues, bridges, sample, first, second = line.split("|")
    return Place(
        country,
        int(people),
        zone,
        tuple(tongues.split()),
        tuple(bridges.split()),
        sample,
        tuple(first.split()),
        tuple(second.split()),
    )


_LINES = """
NG|26|Africa/Lagos|yo ig ha en|en|Àpẹẹrẹ|Tósìn Fọlá Ngozi Chidi Musa Aisha Kẹ́mi Dàpọ̀|Òkè Odò Ìlú Igbó Ọjà
GH|14|Africa/Accra|tw dag ee gur|en|Sample|Kofi Ama Napari Wumpini Yaw Esi|Volta Baobab Tamale Savannah
KE|8|Africa/Nairobi|sw ki luo|en|Mfano|Wanjiru Otieno Amina Juma Akinyi|Mlima Ziwa Mto Bahari
TZ|7|Africa/Dar_es_Salaam|sw|en|Mfano|Neema Baraka Rehema Zuberi|Nyota Jua Mvua Pwani
UG|6|Africa/Kampala|lg nyn|en sw|Sample|Nakato Okello Mirembe Ssali|Nile Crane Hill
CM|6|Africa/Douala|fr ff|en|Exemple|Ngono Mbarga Aïssatou Fotso|Forêt Fleuve Montagne
CI|6|Africa/Abidjan|fr|en|Exemple|Adjoua Koffi Mariam Yao|Lagune Palmier Soleil
BJ|5|Africa/Porto-Novo|fr fon yo guw|en|Exemple|Sènami Codjo Afi Dossou|Lac Étoile Vague
SN|4|Africa/Dakar|wo fr|en|Exemple|Awa Modou Ndeye Cheikh|Dune Océan Rive
CD|5|Africa/Kinshasa|ln fr kg|en|Exemple|Béa Lutumba Nsimba Malu|Fleuve Savane Lune
RW|4|Africa/Kigali|rw|en fr|Urugero|Keza Mugisha Uwase|Umusozi Inyenyeri
ET|4|Africa/Addis_Ababa|am om|en|ናሙና|ሰላም ዳዊት ሃና|ተራራ ወንዝ ኮከብ
ZA|6|Africa/Johannesburg|zu xh af en tn|en|Sample|Thandi Sipho Lerato Pieter|River Protea Ridge
MZ|3|Africa/Maputo|pt|en|Exemplo|Celina Armando Graça|Mar Areia
MA|6|Africa/Casablanca|ary shi ar|fr en|مثال|سلمى يوسف هند طارق|الأطلس البحر الواحة
DZ|4|Africa/Algiers|kab ar|fr|Amedya|Tiziri Massin Dihya|Adrar Itri Azul
TN|5|Africa/Tunis|aeb ar|fr en|مثال|أمينة سامي لبنى|الزيتون الشاطئ
EG|8|Africa/Cairo|arz ar|en|مثال|نور كريم دينا حسام|النيل القمر الورد
JO|4|Asia/Amman|ar|en|مثال|رانيا عمر ليث|الوادي الصخر
IQ|5|Asia/Baghdad|ar ckb|en|مثال|زهراء علي شيرين|الفرات النخيل
IR|6|Asia/Tehran|fa azb mzn|en|نمونه|سارا آرش نیلوفر کاوه|کوه دریا باران
IL|5|Asia/Jerusalem|he|en ar|דוגמה|נועה איתן תמר|ים הר כוכב
TR|8|Europe/Istanbul|tr ku|en|Örnek|Elif Deniz Işık Çınar|Göl Yıldız Dağ
DE|22|Europe/Berlin|de|en|Beispiel|Anna Jörg Käthe Lukas Mia Sören|Wald Fluss Stern Wiese
AT|5|Europe/Vienna|de|en|Beispiel|Resi Xaver Vroni|Alm Gipfel
CH|5|Europe/Zurich|gsw fr it rm|de en fr|Bispil|Ursli Reto Seraina|Bärg See
FR|16|Europe/Paris|fr br oc|en|Exemple|Zoé Léo Maëlle Hugo Chloé|Rivière Colline Étang
GB|10|Europe/London|en cy gd|fr|Sample|Ada Owen Isla Rhys|Meadow Brook Harbour
IE|3|Europe/Dublin|en ga|fr|Sampla|Niamh Ciarán Aoife|Loch Sliabh
ES|10|Europe/Madrid|es ca eu gl|en|Ejemplo|Lucía Iker Núria Xoán|Monte Arroyo Cielo
PT|5|Europe/Lisbon|pt|en es|Exemplo|Inês Tiago Matilde|Serra Rio
IT|8|Europe/Rome|it vec nap|en|Esempio|Giulia Pietro Chiara|Lago Bosco Luna
NL|6|Europe/Amsterdam|nl fy|en de|Voorbeeld|Sanne Daan Femke|Gracht Duin
SE|6|Europe/Stockholm|sv|en|Exempel|Åsa Björn Linnéa|Sjö Berg
NO|4|Europe/Oslo|nb nn|en|Eksempel|Ingrid Øystein Solveig|Fjord Fjell
FI|4|Europe/Helsinki|fi|en sv|Esimerkki|Aino Väinö Säde|Järvi Metsä
GR|4|Europe/Athens|el|en|Δείγμα|Ελένη Νίκος Θάλεια|Θάλασσα Βουνό
PL|9|Europe/Warsaw|pl szl|en|Przykład|Łucja Zbyszek Żaneta|Rzeka Łąka
CZ|6|Europe/Prague|cs|en|Ukázka|Šárka Jiří Klára|Hora Řeka
UA|9|Europe/Kyiv|uk|en pl|Зразок|Оксана Тарас Леся|Степ Зоря Дніпро
RS|5|Europe/Belgrade|sr|en|Пример|Јелена Милош Ђорђе|Река Планина
RO|4|Europe/Bucharest|ro|en fr|Exemplu|Ioana Ștefan Țuca|Munte Mare
BG|3|Europe/Sofia|bg|en|Пример|Яна Христо|Роза Поле
AM|5|Asia/Yerevan|hy|en ru|Նմուշ|Անի Տիգրան|Սար Գետ
GE|4|Asia/Tbilisi|ka|en|ნიმუში|ნინო გიორგი|მთა ზღვა
KZ|4|Asia/Almaty|kk ru|ru|Үлгі|Айгүл Нұрлан|Дала Тау
UZ|3|Asia/Tashkent|uz|ru en|Namuna|Gulnora Jasur|Bogʻ Daryo
RU|5|Europe/Moscow|ru tt ba|en|Образец|Вера Айдар Зиля|Лес Озеро
IN|26|Asia/Kolkata|hi bn te ta ml mr gu pa kn or sat|en hi|Sample|Meera Arjun Lakshmi Gurpreet Debjani Anand|Lotus Monsoon Banyan Ganga
BD|10|Asia/Dhaka|bn|en|নমুনা|রিমা তানভীর শিউলি ফাহিম|নদী পদ্মা মেঘ
NP|5|Asia/Kathmandu|ne new mai|en hi|नमूना|सीता विकास|हिमाल नदी
PK|6|Asia/Karachi|ur pnb sd ps|en|نمونہ|صبا بلال ماہین|دریا چاند
LK|4|Asia/Colombo|si ta|en|නියැදි|නිමාලි කසුන්|ගඟ කන්ද
ID|14|Asia/Jakarta|id jv su ban min ace|en|Contoh|Dewi Budi Sari Wayan|Gunung Laut Bulan
MY|5|Asia/Kuala_Lumpur|ms|en zh|Contoh|Aisyah Hakim|Rimba Pantai
PH|9|Asia/Manila|tl ceb ilo bcl|en|Halimbawa|Liwayway Bayani Tala|Bundok Dagat
TH|5|Asia/Bangkok|th|en|ตัวอย่าง|สมใจ ธนา|ภูเขา ทะเล
VN|4|Asia/Ho_Chi_Minh|vi|en|Mẫu|Hương Dũng|Sông Núi
JP|10|Asia/Tokyo|ja|en|見本|さくら 太郎 花子|山 川 森
KR|5|Asia/Seoul|ko|en|예시|하늘 지우|바다 산
TW|8|Asia/Taipei|zh-hant nan hak|en|範例|小明 美玲 阿芳|海 雲 山
CN|4|Asia/Shanghai|zh-hans yue wuu|en|示例|小红 伟|江 湖
AU|6|Australia/Sydney|en|fr|Sample|Matilda Banjo Kirra|Reef Gum
NZ|3|Pacific/Auckland|en mi|fr|Tauira|Aroha Tāne|Awa Maunga
US|24|America/New_York|en es haw|es|Sample|Grace June Walt Rosa Otis|Prairie Cedar Canyon
CA|8|America/Toronto|en fr iu|fr en|Sample|Maple Théo Nuna|Lake Spruce
BR|18|America/Sao_Paulo|pt|en es|Exemplo|João Iracema Conceição Luan|Mata Rio Estrela
AR|8|America/Argentina/Buenos_Aires|es|en pt|Ejemplo|Malena Facundo Ñata|Pampa Luna
MX|8|America/Mexico_City|es nah|en|Ejemplo|Xóchitl Citlali Benito|Volcán Maíz
CO|6|America/Bogota|es|en|Ejemplo|Valentina Andrés|Orquídea Café
CL|5|America/Santiago|es arn|en|Ejemplo|Rayén Matías|Andes Lluvia
PE|4|America/Lima|es qu ay|en|Ejemplo|Killa Inti|Cóndor Quipu
BO|4|America/La_Paz|es ay qu gn|en|Ejemplo|Wara Nayra|Salar Titicaca
UY|3|America/Montevideo|es|pt en|Ejemplo|Julieta Ramiro|Ceibo Costa
HT|4|America/Port-au-Prince|ht fr|en|Egzanp|Manoucheka Wilner|Mòn Flè
JM|3|America/Jamaica|en jam|es|Sample|Shanice Delroy|Blue Mango
"""

PLACES: tuple[Place, ...] = tuple(_place(line) for line in _LINES.strip().splitlines())
