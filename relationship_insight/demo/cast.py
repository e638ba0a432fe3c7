"""Who plays in the demo shop and how they behave. Plain data, no ORM."""

from dataclasses import dataclass

SEED = "corner shop"
DAYS = 730
# Days ago on which a round of questions went out, one per quarter.
WAVES = (14, 105, 196, 287, 378, 469, 560, 651)


@dataclass(frozen=True)
class Persona:
    """A kind of customer.

    ``gap``: usual days between purchases; ``recent_gap``: the same in the last half year.
    ``warmth``: how they feel about us two years ago and today, 0 to 1; ``rival``: about others.
    ``joined``, ``left``: days ago; with ``stays`` they are gone after that many days.
    ``promo``: share of purchases bought on discount. ``talks``: conversations per quarter.
    ``asked``: share who are in the panel; with 1, in every round of ``waves``.
    ``stay``: would they stay if a store opened next door, 1 to 5. ``staff``: who cares for them.
    """

    key: str
    count: int
    gap: float
    warmth: tuple
    rival: float
    motives: dict
    recent_gap: float = 0
    promo: float = 0.05
    asked: float = 0.85
    talks: float = 0
    joined: tuple = (200, 725)
    left: tuple = (0, 0)
    stays: int = 0
    waves: tuple = WAVES
    stay: int = 3
    staff: str = ""


FOND = {"staff": 3, "trust": 3, "quality": 2, "friend": 1, "atmosphere": 1}
HANDY = {"location": 4, "price": 3, "promotion": 2, "habit": 1}
CHEAP = {"price": 4, "convenience": 3, "location": 2, "assortment": 1}
BOUND = {"price": 3, "only": 3, "convenience": 2, "habit": 2}

PEOPLE = (
    Persona("true", 22, 22, (0.84, 0.9), 0.45, FOND, talks=1.0, stay=5, staff="rep"),
    Persona("spurious", 21, 21, (0.42, 0.38), 0.55, HANDY, promo=0.65, talks=0.05, stay=2),
    Persona("latent", 18, 100, (0.84, 0.88), 0.45, FOND, talks=0.5, stay=4, staff="rep"),
    Persona("low", 17, 105, (0.36, 0.34), 0.62, CHEAP, promo=0.3, asked=0.8, stay=1),
    Persona("new", 12, 38, (0.6, 0.68), 0.55, FOND, asked=0.5, joined=(15, 55), stay=3),
    Persona(
        "lapsed",
        10,
        25,
        (0.5, 0.45),
        0.55,
        CHEAP,
        asked=0.6,
        joined=(600, 725),
        left=(380, 470),
        waves=WAVES[5:],
        stay=2,
    ),
    Persona(
        "passing", 12, 30, (0.5, 0.5), 0.55, CHEAP, asked=0.1, joined=(160, 600), stay=2, stays=50
    ),
    Persona(
        "cooling",
        4,
        18,
        (1.0, 0.3),
        0.55,
        FOND,
        talks=0.3,
        asked=1,
        stay=2,
        staff="rep",
        joined=(600, 725),
    ),
    Persona(
        "warming",
        4,
        80,
        (0.3, 0.9),
        0.5,
        FOND,
        recent_gap=13,
        talks=1.2,
        asked=1,
        stay=4,
        staff="rep",
        joined=(600, 725),
    ),
)
COMPANIES = (
    Persona(
        "true", 6, 20, (0.82, 0.9), 0.45, FOND, talks=2.5, stay=5, staff="rep", joined=(200, 470)
    ),
    Persona(
        "spurious",
        5,
        19,
        (0.45, 0.4),
        0.55,
        BOUND,
        promo=0.6,
        talks=1.8,
        stay=2,
        joined=(200, 470),
        staff="manager",
    ),
    Persona("latent", 4, 100, (0.85, 0.86), 0.45, FOND, talks=2, stay=4, staff="rep"),
    Persona("low", 4, 110, (0.35, 0.34), 0.6, CHEAP, stay=1, staff="seller"),
    # Sales more than double while hardly anybody talks with them: the silent sales of one seller.
    Persona(
        "silent",
        7,
        60,
        (0.55, 0.5),
        0.55,
        BOUND,
        recent_gap=4,
        asked=0.5,
        stay=2,
        joined=(420, 700),
        staff="seller",
        waves=WAVES[1:3],
    ),
    Persona(
        "lapsed",
        2,
        30,
        (0.5, 0.45),
        0.55,
        CHEAP,
        joined=(600, 700),
        left=(300, 380),
        waves=WAVES[4:],
        staff="manager",
    ),
)

# Of these, only those in PASSWORDS can log in.
PASSWORDS = ("rep", "relations", "manager")
STAFF = {
    "rep": (
        "Nok Demo",
        (
            "relationship_insight.group_relationship_staff",
            "sales_team.group_sale_salesman",
            "point_of_sale.group_pos_user",
        ),
    ),
    "seller": (
        "Sam Demo",
        ("relationship_insight.group_relationship_staff", "sales_team.group_sale_salesman"),
    ),
    "cashier": (
        "Fah Demo",
        ("relationship_insight.group_relationship_staff", "point_of_sale.group_pos_user"),
    ),
    "relations": ("Alex Demo", ("relationship_insight.group_relationship_relations",)),
    "manager": (
        "Dao Demo",
        (
            "relationship_insight.group_relationship_manager",
            "sales_team.group_sale_manager",
            "point_of_sale.group_pos_manager",
        ),
    ),
}
THAI_READER = "relations"

FIRST_NAMES = (
    "Anong",
    "Oliver",
    "มาลี",
    "Kanya",
    "Emma",
    "สมใจ",
    "Niran",
    "Liam",
    "Pim",
    "Sophie",
    "อารี",
    "Chai",
    "Grace",
    "Dara",
    "Henry",
    "วิชัย",
    "Lek",
    "Nora",
    "Mali",
    "Jack",
    "ดารา",
    "Suda",
    "Ella",
    "Tawan",
    "Oscar",
    "นิดา",
    "Ying",
    "Clara",
    "Arthit",
    "Hugo",
    "สุดา",
    "Bua",
    "Ruby",
    "Kiet",
    "Felix",
    "กานดา",
    "Orn",
    "Alice",
    "Som",
    "Theo",
)
INITIALS = ("K.", "S.", "P.", "T.")
COMPANY_NAMES = (
    "Lotus Guesthouse",
    "Blue Door Cafe",
    "Mango Tree School",
    "Riverside Dental",
    "Old Mill Hotel",
    "Sunrise Bakery",
    "Kite Design Studio",
    "Orchid Spa",
    "Banyan Law Office",
    "Harbour Travel",
    "Nine Bikes",
    "Green Roof Farm",
    "Paper Boat Books",
    "Silk Road Tailors",
    "Night Market Food",
    "Palm Court Hotel",
    "Cloud Nine Yoga",
    "Bright Kids Nursery",
    "Teak House Furniture",
    "Jasmine Clinic",
    "Red Brick Brewery",
    "Star Print Shop",
    "Lemongrass Catering",
    "White Elephant Tours",
    "Moonlight Cinema",
    "บ้านริมคลองโฮมสเตย์",
    "ร้านกาแฟต้นจามจุรี",
    "โรงเรียนอนุบาลดอกแก้ว",
)
CONTACTS = (("Owner", "owner"), ("Buyer", "buyer"), ("Office Manager", "office"))
RIVALS = {
    "Green Basket Market": "GreenBasket, Green Basket",
    "Big Riverside Store": "Riverside, Big R",
}

# name, list price, at the till
PRODUCTS = (
    ("Ground Coffee 250 g", 185.0, True),
    ("Jasmine Rice 5 kg", 220.0, True),
    ("Green Tea, 50 Bags", 120.0, True),
    ("Fresh Milk 1 l", 55.0, True),
    ("Fruit Basket", 450.0, True),
    ("Hand Soap", 89.0, True),
    ("Notebook A5", 45.0, True),
    ("Gift Box", 590.0, True),
    ("Copy Paper, 5 Reams", 690.0, False),
    ("Coffee Beans, 5 kg", 2200.0, False),
    ("Cleaning Set", 1250.0, False),
    ("Guest Soap, 200 Pieces", 1600.0, False),
)

WHY_FOND = (
    "They remember what I like.",
    "I feel looked after here.",
    "พนักงานจำชื่อลูกได้",
    "They told me honestly not to buy the dear one.",
    "Like visiting friends.",
)
WHY_COLD = (
    "It is close, that is all.",
    "Only for the discounts.",
    "ของเหมือนกันทุกร้าน",
    "I would go elsewhere if it were nearer.",
    "Nobody ever asks what I need.",
)
# What was said, by purpose: whether to a person, a company or either (None), where, the words.
# "haggle" is a sale to somebody who doesn't feel attached.
TALKS = {
    "listen": (
        (False, ("store", "chat"), "Told us about the family trip; likes the new coffee corner."),
        (None, ("store", "visit", "call_in"), "Looks for gifts that are not wrapped in plastic."),
        (False, ("store",), "เล่าว่าลูกเพิ่งสอบเข้าได้ ดีใจมาก"),
        (True, ("visit", "call_out"), "เล่าว่าลูกค้าของเขาชมกาแฟที่ซื้อจากเรา"),
        (True, ("visit", "chat"), "Told us how busy the season was, and what guests asked for."),
    ),
    "care": (
        (None, ("call_out",), "Called to ask whether the basket arrived well. They were touched."),
        (True, ("visit",), "Congratulated on the anniversary, with a small cake."),
        (False, ("store", "call_out"), "ถามอาการคุณแม่หลังออกจากโรงพยาบาล"),
        (None, ("chat",), "ทักไปอวยพรวันเกิด ส่งรูปขนมกลับมาให้ดู"),
    ),
    "sell": (
        (False, ("store",), "Showed the new teas; took two to try."),
        (True, ("visit", "call_out"), "Went through next month's order."),
        (False, ("chat", "call_in"), "สอบถามชุดของขวัญ ขอให้เก็บไว้ให้สองกล่อง"),
    ),
    "solve": (
        (False, ("store",), "Swapped a broken box on the spot."),
        (True, ("call_in", "chat"), "Found the missing invoice together."),
        (False, ("call_in",), "โทรมาถามเรื่องแต้มที่หายไป แก้ให้เรียบร้อยแล้ว"),
    ),
    "haggle": (
        (None, ("call_in", "chat"), "Asked for a discount and nothing else."),
        (False, ("store",), "Compared our prices with Green Basket's, then bought little."),
        (True, ("visit", "call_out"), "เทียบราคากับอีกร้าน แล้วสั่งแค่ครึ่งเดียว"),
    ),
    "trouble": (
        (False, ("store",), "Brought back a torn packet; had hoped we would check first."),
        (True, ("call_in",), "The invoice was wrong again; corrected it on the phone."),
    ),
    "complaint": (
        (False, ("store", "call_in"), "Waited long at the till and nobody said sorry."),
        (None, ("call_in", "chat"), "The delivery came late again."),
    ),
}
PROMISES = (
    "Call back when the decaf arrives",
    "Send the recipe",
    "Reserve two gift boxes",
    "Ask the owner about Saturday hours",
    "Bring the sample set",
    "Check the price for 20 boxes",
)
GOOD_FEELINGS = ("glad", "cared", "ease", "valued", "impressed")
BAD_FEELINGS = ("annoyed", "letdown", "ignored", "worried", "pressured")

# What went wrong and what became of it: kind, state, channel, days ago, hours to the first
# contact (None: not yet), is the customer satisfied, subject, their words, what we did.
CASES = (
    ("complaint", "new", "store", 0, None, None, "Waited too long at the till",
     "Twenty minutes in the queue, and only one till was open.", None),
    ("callback", "new", "web", 0, None, None, "ขอให้โทรกลับเรื่องใบกำกับภาษี",
     "ช่วยโทรกลับเรื่องใบกำกับภาษีด้วยค่ะ", None),
    ("low", "new", "email", 8, None, None, "Nobody asked what I need",
     "I was in and out and felt like a number.", None),
    ("complaint", "working", "call", 3, 2, None, "Delivery came late again",
     "Second time this month. My guests waited.", None),
    ("after", "working", "chat", 9, 150, None, "เครื่องชงกาแฟมีน้ำรั่ว",
     "ซื้อไปสองอาทิตย์ น้ำรั่วทุกครั้งที่ชง", None),
    ("before", "answered", "store", 5, 1, None, "Gift boxes for forty guests",
     "Can you have forty boxes by the end of the month?", "Forty boxes are reserved."),
    ("complaint", "answered", "email", 12, 130, None, "Wrong goods in the box",
     "I ordered green tea and got coffee.", "Sent the tea the same day, the coffee is theirs."),
    ("complaint", "closed", "store", 30, 3, "yes", "Broken jar in the basket",
     "The honey jar was broken when I got home.", "A new basket, brought to the house."),
    ("low", "closed", "email", 47, 6, "yes", "พนักงานพูดห้วน",
     "ถามหาสินค้า แต่พนักงานตอบสั้น ๆ แล้วเดินไป", "ผู้จัดการโทรไปขอโทษและคุยกับพนักงานแล้ว"),
    ("complaint", "closed", "call", 64, 140, "partly", "Charged twice",
     "The card was charged twice for one bill.", "Paid back after a week; we were slow."),
    ("callback", "closed", "web", 82, 4, "yes", "Please call about the invoice",
     "Afternoon is best.", "Explained the invoice and sent a corrected one."),
    ("complaint", "closed", "store", 120, 170, "no", "Old milk on the shelf",
     "Two days over its date.", "Paid it back; shelves are now checked each morning."),
    ("after", "cancelled", "chat", 25, None, None, "Missing lid",
     "The lid wasn't in the box.", None),
)  # fmt: skip
