// Package banks holds the term banks that the platform ships with, and the form of a bank as a table: a header, then a
// term a line.
//
//	hanzi,pinyin,pos,level,safety,gloss:en,…,definition:en,…,picture,audio
//
// Columns may come in any order and some may be missing; hanzi and pinyin may not. The level is for readers: the
// platform looks it up. Safety is true or false. A picture or a sound is named asset:<id>; the files are not in the
// table. The same in TBX, for the tools of translators: see ParseTBX.
package banks

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
)

//go:embed *.csv
var files embed.FS

// Shipped is a bank that the platform ships with.
type Shipped struct {
	ID    uuid.UUID // the same on every platform
	Trade string    // ISCO-08 unit group
	Name  localize.Text
	Hash  []byte // SHA-256 of the table
	Terms []Term
}

// namespace of the ids of shipped banks and terms.
var namespace = uuid.MustParse("6f0d7c1e-5b1c-4d2a-9c57-68616e7a6869")

var shipped = []struct {
	file, trade string
	name        localize.Text
}{
	{"cnc", "7223", name("CNC machining", "数控加工", "Станки с ЧПУ", "Usinage CNC", "التشغيل بآلات التحكم الرقمي")},
	{"welding", "7212", name("Welding", "焊接", "Сварка", "Soudage", "اللحام")},
	{"automotive", "7231", name("Automotive repair", "汽车维修", "Ремонт автомобилей", "Réparation automobile", "إصلاح السيارات")},
	{"electrical", "7411", name("Electrical installation", "电气安装", "Электромонтаж", "Installation électrique", "التركيبات الكهربائية")},
	{"railway", "8312", name("Railway operation", "铁路运营", "Железная дорога", "Exploitation ferroviaire", "تشغيل السكك الحديدية")},
	{"agriculture", "7233", name("Agricultural machinery", "农业机械", "Сельскохозяйственная техника", "Machines agricoles", "الآلات الزراعية")},
	{"ecommerce", "5244", name("E-commerce and logistics", "电商与物流", "Интернет-торговля и логистика", "Commerce en ligne et logistique", "التجارة الإلكترونية واللوجستيات")},
	{"hospitality", "4224", name("Hospitality", "酒店与餐饮", "Гостиницы и рестораны", "Hôtellerie et restauration", "الضيافة")},
}

func name(en, zh, ru, fr, ar string) localize.Text {
	return localize.Text{"en": en, "zh-CN": zh, "ru": ru, "fr": fr, "ar": ar}
}

// All returns the shipped banks. A table with a mistake is an error of the build; a test reads them all.
func All() ([]Shipped, error) {
	var all []Shipped
	for _, s := range shipped {
		b, err := files.ReadFile(s.file + ".csv")
		if err != nil {
			return nil, fmt.Errorf("banks: %w", err)
		}
		table := Parse(b)
		if n := len(table.Problems); n > 0 {
			return nil, fmt.Errorf("banks: %s.csv has %d problems, the first %+v", s.file, n, table.Problems[0])
		}
		sum := sha256.Sum256(b)
		all = append(all, Shipped{ID: uuid.NewSHA1(namespace, []byte(s.file)), Trade: s.trade, Name: s.name, Hash: sum[:], Terms: table.Terms})
	}
	return all, nil
}

// TermID is the id of a shipped term, the same on every platform.
func TermID(bank uuid.UUID, hanzi string) uuid.UUID { return uuid.NewSHA1(bank, []byte(hanzi)) }

// PartsOfSpeech are the kinds of word that a term may be; "" = not said.
var PartsOfSpeech = []string{"", "noun", "verb", "adjective", "adverb", "measure", "number", "phrase", "other"}

// IsPartOfSpeech reports whether a term may be of that kind.
func IsPartOfSpeech(s string) bool { return slices.Contains(PartsOfSpeech, s) }
