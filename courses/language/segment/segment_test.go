package segment

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"hanzhi/courses/language/lexicon"
)

func setup(t testing.TB) *Segmenter {
	t.Helper()
	l, err := lexicon.Load()
	if err != nil {
		t.Fatal(err)
	}
	return New(l)
}

// cut shows tokens: words plainly, others with their kind.
func cut(tokens []Token) string {
	var out []string
	for _, t := range tokens {
		switch t.Kind {
		case Space:
		case Word:
			out = append(out, t.Text)
		default:
			out = append(out, t.Text+"/"+t.Kind.String())
		}
	}
	return strings.Join(out, " ")
}

// readings are those of all tokens that have one.
func readings(tokens []Token) string {
	var out []string
	for _, t := range tokens {
		if t.Pinyin != "" {
			out = append(out, t.Pinyin)
		}
	}
	return strings.Join(out, " | ")
}

func TestSegment(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for name, texts := range map[string]map[string]string{
		"texts are cut into words of the dictionary": {
			"请戴好安全帽和护目镜": "请 戴 好 安全帽 和 护目镜", "机器突然停了": "机器 突然 停 了", "我在车间工作": "我 在 车间 工作", "": "", "的": "的",
			"他的发展中国家": "他 的 发展中国家", "检查一下润滑油": "检查 一下 润滑油",
		},
		"numbers stay whole, with points, commas, signs, percent and Chinese units of counting": {
			"公差是0.02": "公差 是 0.02/number", "共1,000件": "共 1,000/number 件", "第3步": "第3/number 步", "第十二课": "第十二/number 课", "50%": "50%/number", "25亿元": "25亿/number 元",
			"三十五件": "三十五/number 件", "一百二十毫米": "一百二十/number 毫米", "温度-5": "温度 -5/number", "±0.05": "±0.05/number", "10-20": "10/number -/punctuation 20/number", "1/3": "1/3/number",
			"5千米": "5/number 千米", "3千万": "3千万/number", "8:30": "8:30/number", "2026年9月": "2026/number 年 9/number 月",
		},
		"a numeral that is a word of the dictionary is a word": {"万一": "万一", "千万别动": "千万 别 动", "十分": "十分"},
		"units stay whole, those of one letter only behind a number": {
			"50mm": "50/number mm/unit", "800 r/min": "800/number r/min/unit", "60 kN·m": "60/number kN·m/unit", "20°C": "20/number °C/unit", "20℃": "20/number ℃/unit", "5 m": "5/number m/unit", "A5": "A5/code",
			"220V电压": "220/number V/unit 电压", "m code": "m/latin code/latin", "mm": "mm/unit", "mmol": "mmol/latin", "100 mm/min": "100/number mm/min/unit", "Ra 3.2μm": "Ra/latin 3.2/number μm/unit",
		},
		"codes of machines and names of files stay whole": {
			"G01 X10": "G01/code X10/code", "G01X10.5Z-2": "G01/code X10.5/code Z-2/code", "按M03": "按 M03/code", "F0.2": "F0.2/code", "M8×1.25": "M8×1.25/code", "Q235钢": "Q235/code 钢", "打开O0001.NC": "打开 O0001.NC/code",
			"part_01.nc": "part_01.nc/code", "40Cr": "40Cr/code", "5G": "5G/code", "MT/T": "MT/T/latin",
		},
		"words in other scripts stay whole and keep their letters": {
			"用CNC机床": "用 CNC/latin 机床", "Navy's e-mail": "Navy's/latin e-mail/latin", "станок": "станок/latin", "مخرطة": "مخرطة/latin", "café": "café/latin", "cafe\u0301": "cafe\u0301/latin", "X轴": "X/latin 轴",
			"看https://example.org/a?b=1。": "看 https://example.org/a?b=1/latin 。/punctuation",
		},
		"words of the dictionary may mix scripts": {"穿T恤": "穿 T恤", "唱卡拉OK吧": "唱 卡拉OK 吧", "3D打印机": "3D打印机", "IT恤": "IT/latin 恤"},
		"full-width forms are what they look like": {
			"ＣＮＣ　１２３": "ＣＮＣ/latin １２３/number", "５０％": "５０％/number", "Ｇ０１": "Ｇ０１/code", "１，２": "１/number ，/punctuation ２/number",
		},
		"marks are tokens, and one mark repeated is one": {"停！！": "停 ！！/punctuation", "好……": "好 ……/punctuation", "“急停”": "“/punctuation 急 停 ”/punctuation"},
		"names of the dictionary and what looks like a name are names": {
			"我去塔什干": "我 去 塔什干/name", "叶甫根尼来了": "叶甫根尼/name 来 了", "中国和北京": "中国 和 北京",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for text, want := range texts {
				if got := cut(s.Segment(text)); got != want {
					t.Errorf("%s\n got %s\nwant %s", text, got, want)
				}
			}
		})
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	term := func(hanzi, pinyin string) Term {
		return Term{ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte(hanzi)), Hanzi: hanzi, Pinyin: pinyin}
	}
	plain := setup(t)
	s := plain.With([]Term{
		term("进给量", "jìn jǐ liàng"), term("进给", "jìn jǐ"), term("急停", "jí tíng"), term("急停按钮", "jí tíng àn niǔ"), term("按钮盒", "àn niǔ hé"), term("公差", "gōng chā"), term("焊", "hàn"), term("T形接头", "T xíng jiē tóu"),
		term("T", "T"), term("CO2焊", "C O èr hàn"), term("工件", "gōng jiàn"), term("三相", "sān xiàng"), term("", ""),
	})
	t.Run("a term is whole wherever it stands, the longest first", func(t *testing.T) {
		t.Parallel()
		for text, want := range map[string]string{
			"调整进给量": "调整 进给量", "进给不对": "进给 不 对", "按急停按钮": "按 急停按钮", "按急停按钮盒": "按 急停按钮 盒", "T形接头": "T形接头", "用CO2焊": "用 CO2焊", "加工件数": "加 工件 数", "三相电": "三相 电",
			"急停急停": "急停 急停",
		} {
			if got := cut(s.Segment(text)); got != want {
				t.Errorf("%s: %s, want %s", text, got, want)
			}
		}
	})
	t.Run("of terms that overlap the one that is made of whole words wins", func(t *testing.T) {
		t.Parallel()
		view := plain.With([]Term{term("有电", "yǒu diàn"), term("电源", "diàn yuán"), term("电机", "diàn jī")})
		for text, want := range map[string]string{"没有电源": "没有 电源", "所有电机": "所有 电机", "小心有电": "小心 有电", "有电源": "有 电源", "有电机床": "有电 机床", "没有电": "没 有电"} {
			if got := cut(view.Segment(text)); got != want {
				t.Errorf("%s: %s, want %s", text, got, want)
			}
		}
	})
	t.Run("a term of one character breaks no word", func(t *testing.T) {
		t.Parallel()
		tokens := s.Segment("焊接，再焊")
		if got := cut(tokens); got != "焊接 ，/punctuation 再 焊" || tokens[0].Term != uuid.Nil || tokens[3].Term == uuid.Nil {
			t.Errorf("%+v", tokens)
		}
	})
	t.Run("a Latin letter of a term does not break a Latin word", func(t *testing.T) {
		t.Parallel()
		if got := cut(s.Segment("TIG，ACO2焊")); got != "TIG/latin ，/punctuation ACO2/code 焊" {
			t.Error(got)
		}
	})
	t.Run("a term has its own reading and its identity", func(t *testing.T) {
		t.Parallel()
		tokens := s.Segment("检查公差")
		if last := tokens[len(tokens)-1]; last.Pinyin != "gōng chā" || last.Term != term("公差", "").ID || last.Kind != Word || last.Start != 2 {
			t.Errorf("%+v", last)
		}
	})
	t.Run("a view leaves the segmenter it was made from as it was, and adds to its terms", func(t *testing.T) {
		t.Parallel()
		if got := cut(plain.Segment("进给量")); got == "进给量" {
			t.Error("the first segmenter has the terms too")
		}
		both := s.With([]Term{term("主轴箱", "zhǔ zhóu xiāng"), {ID: uuid.Nil, Hanzi: "公差", Pinyin: "x"}})
		if tokens := both.Segment("主轴箱公差进给量"); cut(tokens) != "主轴箱 公差 进给量" || tokens[1].Pinyin != "x" {
			t.Errorf("%+v", tokens)
		}
	})
}

func TestReading(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for name, texts := range map[string]map[string]string{
		"a word is read as the dictionary reads it": {
			"转速": "zhuàn sù", "银行": "yín háng", "一定": "yī dìng", "不是": "bù shì", "衣服": "yī fu", "西安": "Xī ān", "点儿": "diǎn r", "重量": "zhòng liàng",
		},
		"single characters are read by what stands beside them": {
			"他慢慢地走": "tā | màn màn | de | zǒu", "地上有水": "dì shang | yǒu | shuǐ", "学得很快": "xué | de | hěn | kuài", "你得戴手套": "nǐ | děi | dài | shǒu tào",
			"看着我": "kàn | zhe | wǒ", "做得了": "zuò | de | liǎo", "只能停": "zhǐ néng | tíng", "三只": "sān | zhī", "还有": "hái yǒu", "还书": "huán | shū", "都要": "dōu | yào",
			"800转": "bā bǎi | zhuàn", "往左转": "wǎng | zuǒ zhuǎn", "长50毫米": "cháng | wǔ shí | háo mǐ", "量一下": "liáng | yī xià", "数一数": "shǔ | yī | shǔ", "切一块": "qiē | yī kuài",
			"为了你": "wèi le | nǐ", "穿着工作服": "chuān zhe | gōng zuò fú", "他的穿着": "tā | de | chuān zhuó", "我们都会": "wǒ men | dōu | huì", "得了奖": "dé | le | jiǎng", "每分钟转多少转？": "měi | fēn zhōng | zhuàn | duō shao | zhuàn", "调转速": "tiáo | zhuàn sù", "重装": "chóng zhuāng", "重接": "chóng | jiē", "钻个孔": "zuān | gè | kǒng",
		},
		"a phrase decides where words do not": {"何乐而不为": "hé lè ér bù wéi"},
		"numbers are read as they are said": {
			"0.02": "líng diǎn líng èr", "800": "bā bǎi", "1,005": "yī qiān líng wǔ", "10": "shí", "15": "shí wǔ", "110件": "yī bǎi yī shí | jiàn", "20304": "èr wàn líng sān bǎi líng sì",
			"100000": "shí wàn", "50%": "bǎi fēn zhī wǔ shí", "3‰": "qiān fēn zhī sān", "1/3": "sān fēn zhī yī", "-5": "fù wǔ", "±0.1": "zhèng fù líng diǎn yī", "第3": "dì sān", "25亿": "èr shí wǔ yì",
			"三十五": "sān shí wǔ", "2026年": "èr líng èr liù | nián", "快打120": "kuài | dǎ | yāo èr líng", "007": "líng líng qī", "0": "líng", "8:30": "", "1.2.3": "", "１２": "shí èr", "13800138000": "yī sān bā líng líng yī sān bā líng líng líng",
		},
		"codes, units and Latin words have no Chinese reading":    {"G01 X10 mm CNC станок": ""},
		"names that are in no dictionary are read with a capital": {"叶甫根尼": "Yè fǔ gēn ní"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for text, want := range texts {
				if got := readings(s.Segment(text)); got != want {
					t.Errorf("%s is read %q, want %q", text, got, want)
				}
			}
		})
	}
}

func TestOverride(t *testing.T) {
	t.Parallel()
	s := setup(t)
	t.Run("an author's reading of a place wins, and one that fits no token is left out", func(t *testing.T) {
		t.Parallel()
		tokens := s.Segment("给进 给进")
		again := s.Segment("给进 给进")
		Override(tokens, []Reading{{Start: again[len(again)-1].Start, Pinyin: "xx"}, {Start: 99, Pinyin: "no"}, {Start: -1, Pinyin: "no"}})
		if tokens[len(tokens)-1].Pinyin != "xx" || tokens[0].Pinyin != again[0].Pinyin {
			t.Errorf("%+v", tokens)
		}
	})
}

func TestAppendTokens(t *testing.T) {
	t.Parallel()
	s := setup(t)
	t.Run("tokens are added behind those that are there, which stay as they are", func(t *testing.T) {
		t.Parallel()
		first := s.AppendTokens(nil, "机器5")
		both := s.AppendTokens(first, "mm")
		if len(both) != len(first)+1 || both[0].Text != "机器" || both[2].Kind != Latin && both[2].Kind != Unit || both[2].Start != 0 {
			t.Errorf("%+v", both)
		}
		if alone := s.AppendTokens(first, "m"); alone[2].Kind != Latin {
			t.Errorf("a number of another text makes a unit: %+v", alone)
		}
	})
}

func checkWhole(t *testing.T, s *Segmenter, text string) {
	t.Helper()
	var b strings.Builder
	start := 0
	for _, token := range s.Segment(text) {
		if token.Text == "" || token.Start != start {
			t.Fatalf("%q: token %+v, expected at %d", text, token, start)
		}
		for range token.Text {
			start++
		}
		b.WriteString(token.Text)
	}
	if b.String() != text {
		t.Fatalf("%q became %q", text, b.String())
	}
}

func FuzzSegment(f *testing.F) {
	for _, text := range []string{"G01X-1.5第3步", "第", "第5", "5千米", "\xff\xfe转速\xe8", "３．５％", "T恤T", "卡拉O卡拉OK", "−5°C/℃", strings.Repeat("的", 9000), strings.Repeat("一", 700), "急停按钮盒", "www.", "https://", "e\u0301\u200d👩‍🔧", "\r\n\t "} {
		f.Add(text)
	}
	f.Add(strings.Repeat("步第急停", 400))
	l, err := lexicon.Load()
	if err != nil {
		f.Skip(err)
	}
	s := New(l).With([]Term{{Hanzi: "急停"}, {Hanzi: "步第"}, {Hanzi: "第急停"}, {Hanzi: "停步"}, {Hanzi: "T"}, {Hanzi: "M8 螺钉"}, {Hanzi: "\xff"}})
	f.Fuzz(func(t *testing.T, text string) { checkWhole(t, s, text) })
}

func BenchmarkSegment(b *testing.B) {
	s := setup(b)
	text := strings.Repeat("请检查机器的润滑油，主轴转速是800转，然后按下急停按钮。", 40)
	var dst []Token
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		dst = s.AppendTokens(dst[:0], text)
	}
}
