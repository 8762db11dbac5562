package courses

import (
	"slices"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
)

// Trade is an occupational field: a unit group of ISCO-08, the International Standard Classification of Occupations.
type Trade struct {
	Code  string        `json:"code" doc:"ISCO-08 unit group." example:"7223"`
	Title localize.Text `json:"title"`
}

// Trades lists the occupational fields that courses can be for, by code.
func Trades() []Trade { return slices.Clone(trades) }

// checkTrade refuses a code that is not in the list; "" is no trade and allowed.
func checkTrade(code string) error {
	if code == "" || slices.ContainsFunc(trades, func(t Trade) bool { return t.Code == code }) {
		return nil
	}
	return fault.NewInvalid("trade", "unknown_trade", "%.10q is no trade of the list.", code)
}

func trade(code, en, zh, ru, fr, ar string) Trade {
	return Trade{Code: code, Title: localize.Text{"en": en, "zh-CN": zh, "ru": ru, "fr": fr, "ar": ar}}
}

// The unit groups that technical and vocational colleges teach for; the English titles follow ISCO-08 (ILO 2012).
var trades = []Trade{
	trade("3112", "Civil engineering technicians", "土木工程技术员", "Техники в области гражданского строительства", "Techniciens du génie civil", "فنيو الهندسة المدنية"),
	trade("3113", "Electrical engineering technicians", "电气工程技术员", "Техники-электрики", "Techniciens en électrotechnique", "فنيو الهندسة الكهربائية"),
	trade("3114", "Electronics engineering technicians", "电子工程技术员", "Техники-электроники", "Techniciens en électronique", "فنيو هندسة الإلكترونيات"),
	trade("3115", "Mechanical engineering technicians", "机械工程技术员", "Техники-механики", "Techniciens en construction mécanique", "فنيو الهندسة الميكانيكية"),
	trade("3117", "Mining and metallurgical technicians", "采矿与冶金技术员", "Техники горного дела и металлургии", "Techniciens des mines et de la métallurgie", "فنيو التعدين والفلزات"),
	trade("3118", "Draughtspersons", "制图员", "Чертёжники", "Dessinateurs industriels", "الرسامون الهندسيون"),
	trade("3123", "Construction supervisors", "施工现场主管", "Мастера строительных работ", "Superviseurs, bâtiment", "مشرفو البناء"),
	trade("3131", "Power production plant operators", "发电厂操作员", "Операторы электростанций", "Conducteurs d’installations de production d’énergie", "مشغلو محطات توليد الطاقة"),
	trade("3139", "Process control technicians", "过程控制技术员", "Техники по управлению производственными процессами", "Techniciens de contrôle de processus industriels", "فنيو التحكم في العمليات"),
	trade("3142", "Agricultural technicians", "农业技术员", "Техники в сельском хозяйстве", "Techniciens agricoles", "فنيو الزراعة"),
	trade("3221", "Nursing associate professionals", "护理人员", "Медицинские сёстры среднего звена", "Personnel infirmier, niveau intermédiaire", "مساعدو التمريض"),
	trade("3331", "Freight forwarding agents", "货运代理", "Экспедиторы грузов", "Transitaires", "وكلاء شحن البضائع"),
	trade("3513", "Computer network technicians", "计算机网络技术员", "Техники компьютерных сетей", "Techniciens de réseaux informatiques", "فنيو شبكات الحاسوب"),
	trade("3522", "Telecommunications technicians", "通信工程技术员", "Техники связи", "Techniciens des télécommunications", "فنيو الاتصالات"),
	trade("4224", "Hotel receptionists", "酒店前台接待员", "Администраторы гостиниц", "Réceptionnistes d’hôtel", "موظفو استقبال الفنادق"),
	trade("4321", "Stock clerks", "仓库管理员", "Кладовщики", "Employés du service des stocks", "أمناء المخازن"),
	trade("5113", "Travel guides", "导游", "Экскурсоводы", "Guides", "المرشدون السياحيون"),
	trade("5120", "Cooks", "厨师", "Повара", "Cuisiniers", "الطهاة"),
	trade("5131", "Waiters", "餐厅服务员", "Официанты", "Serveurs", "النُدُل"),
	trade("5223", "Shop sales assistants", "商店营业员", "Продавцы магазинов", "Vendeurs de magasin", "مساعدو المبيعات في المتاجر"),
	trade("5244", "Contact centre salespersons", "电话与网络销售员", "Продавцы по телефону и в интернете", "Vendeurs par téléphone et en ligne", "بائعو الهاتف والإنترنت"),
	trade("6113", "Gardeners and nursery growers", "园艺与苗木种植工", "Садоводы и работники питомников", "Jardiniers et pépiniéristes", "البستانيون ومزارعو المشاتل"),
	trade("7112", "Bricklayers", "砌筑工", "Каменщики", "Maçons", "البناؤون"),
	trade("7114", "Concrete placers", "混凝土工", "Бетонщики", "Constructeurs en béton armé", "عمال صب الخرسانة"),
	trade("7115", "Carpenters and joiners", "木工", "Плотники и столяры", "Charpentiers et menuisiers", "النجارون"),
	trade("7126", "Plumbers and pipe fitters", "管道工", "Сантехники и трубопроводчики", "Plombiers et tuyauteurs", "السباكون ومركبو الأنابيب"),
	trade("7127", "Air conditioning and refrigeration mechanics", "制冷与空调维修工", "Механики по кондиционированию и холодильному оборудованию", "Mécaniciens-installateurs en réfrigération et climatisation", "ميكانيكيو التكييف والتبريد"),
	trade("7131", "Painters", "油漆工", "Маляры", "Peintres en bâtiment", "الدهانون"),
	trade("7211", "Metal moulders and coremakers", "铸造造型工", "Формовщики и стерженщики", "Mouleurs et noyauteurs de fonderie", "صانعو القوالب المعدنية"),
	trade("7212", "Welders and flame cutters", "焊工", "Сварщики и газорезчики", "Soudeurs et oxycoupeurs", "اللحامون وقاطعو المعادن باللهب"),
	trade("7213", "Sheet-metal workers", "钣金工", "Жестянщики", "Tôliers-chaudronniers", "عمال الصفائح المعدنية"),
	trade("7214", "Structural-metal preparers and erectors", "金属结构工", "Монтажники металлоконструкций", "Charpentiers métalliers et monteurs", "مركبو الهياكل المعدنية"),
	trade("7222", "Toolmakers", "工具钳工", "Слесари-инструментальщики", "Outilleurs", "صانعو العُدد"),
	trade("7223", "Metal working machine tool setters and operators", "金属切削机床操作工", "Наладчики и операторы металлорежущих станков", "Régleurs et conducteurs de machines-outils", "ضابطو ومشغلو آلات تشغيل المعادن"),
	trade("7231", "Motor vehicle mechanics", "汽车维修工", "Автомеханики", "Mécaniciens de véhicules à moteur", "ميكانيكيو المركبات"),
	trade("7232", "Aircraft engine mechanics", "航空发动机维修工", "Механики авиадвигателей", "Mécaniciens de moteurs d’avion", "ميكانيكيو محركات الطائرات"),
	trade("7233", "Industrial machinery mechanics", "工业机械维修工", "Механики промышленного оборудования", "Mécaniciens de machines industrielles", "ميكانيكيو الآلات الصناعية"),
	trade("7411", "Building electricians", "建筑电工", "Электрики в строительстве", "Électriciens du bâtiment", "كهربائيو المباني"),
	trade("7412", "Electrical mechanics and fitters", "电气设备安装维修工", "Электромеханики и электромонтёры", "Mécaniciens et ajusteurs d’appareils électriques", "ميكانيكيو ومركبو الأجهزة الكهربائية"),
	trade("7413", "Electrical line installers", "输电线路工", "Монтажники линий электропередачи", "Monteurs et réparateurs de lignes électriques", "مركبو خطوط الكهرباء"),
	trade("7421", "Electronics mechanics", "电子设备维修工", "Механики электронного оборудования", "Mécaniciens en électronique", "ميكانيكيو الإلكترونيات"),
	trade("7531", "Tailors and dressmakers", "裁缝", "Портные", "Tailleurs et couturiers", "الخياطون"),
	trade("8111", "Miners", "矿工", "Шахтёры", "Mineurs", "عمال المناجم"),
	trade("8121", "Metal processing plant operators", "金属冶炼设备操作工", "Операторы металлургических установок", "Conducteurs d’installations de transformation des métaux", "مشغلو مصانع معالجة المعادن"),
	trade("8153", "Sewing machine operators", "缝纫机操作工", "Операторы швейных машин", "Conducteurs de machines à coudre", "مشغلو آلات الخياطة"),
	trade("8211", "Mechanical machinery assemblers", "机械装配工", "Сборщики механического оборудования", "Monteurs en construction mécanique", "مجمعو الآلات الميكانيكية"),
	trade("8212", "Electrical and electronic equipment assemblers", "电气与电子设备装配工", "Сборщики электрического и электронного оборудования", "Monteurs d’appareils électriques et électroniques", "مجمعو المعدات الكهربائية والإلكترونية"),
	trade("8311", "Locomotive engine drivers", "机车司机", "Машинисты локомотивов", "Conducteurs de locomotives", "سائقو القاطرات"),
	trade("8312", "Railway brake, signal and switch operators", "铁路制动、信号与道岔操作员", "Работники железнодорожной сигнализации и стрелок", "Serre-freins, aiguilleurs et agents de manœuvre", "عمال إشارات وفرامل السكك الحديدية"),
	trade("8332", "Heavy truck and lorry drivers", "重型卡车司机", "Водители грузовых автомобилей", "Conducteurs de poids lourds", "سائقو الشاحنات الثقيلة"),
	trade("8342", "Earthmoving plant operators", "土方机械操作工", "Операторы землеройных машин", "Conducteurs d’engins de terrassement", "مشغلو معدات تحريك التربة"),
	trade("8343", "Crane and hoist operators", "起重机操作工", "Крановщики", "Conducteurs de grues", "مشغلو الرافعات"),
	trade("8344", "Lifting truck operators", "叉车司机", "Водители погрузчиков", "Conducteurs de chariots élévateurs", "سائقو الرافعات الشوكية"),
}
