-- Tests of Module:⧼module⧽: {{#invoke:⧼module⧽/testcases|run}} lists them, failures first.

local words = require( 'Module:⧼module⧽/words' )
local items = require( 'Module:⧼module⧽/items' )

local testcases = {}

local frame = mw.getCurrentFrame()

local function reader( code )
	return words.reader( frame, code )
end

-- What somebody sees of a text: no markup that only says how it is shown.
local function seen( text )
	return mw.text.decode( ( text:gsub( '<[^>]*>', '' ) ) )
end

local function list( code, text )
	return seen( ( items.list( reader( code ), text ) ) )
end

local function languages( code, text )
	return seen( items.languages( reader( code ), text ) )
end

local function cases()
	local html = items.capacity( reader( 'ar' ), 'Lua' )
	return {
		-- Names are folded as the tool folds them.
		{ 'case and spaces', words.fold( '  Grant_Writing ' ), 'grant writing' },
		{ 'hyphens and dashes', words.fold( 'Edit-a–thon' ), 'edit a thon' },
		{ 'quotes and pictures around', words.fold( '“Lua” 🎓' ), 'lua' },
		{ 'apostrophes', words.fold( 'L’atelier' ), "l'atelier" },
		{ 'full width', words.fold( 'ＬＵＡ' ), 'lua' },
		{ 'entities', words.fold( 'Q&amp;A' ), 'q&a' },
		{ 'accents count', words.fold( 'Sé' ), 'sé' },
		{ 'sharp s', words.fold( 'Straße' ), 'strasse' },
		{ 'separators', words.fold( 'Privacy ;Security' ), 'privacy, security' },
		{ 'tatweel and digits', words.fold( 'ويكـي ٣' ), 'ويكي 3' },
		-- Any name is found.
		{ 'a name', words.find( 'capacities', 'photography' ), 'photography' },
		{ 'a name in Arabic', words.find( 'capacities', 'التصوير الفوتوغرافي' ), 'photography' },
		{ 'an unlisted name', words.find( 'capacities', 'knitting socks' ), nil },
		{ 'a method in German', words.find( 'methods', 'Schulung' ), 'training' },
		{ 'a country by its name', words.find( 'countries', 'Côte d’Ivoire' ), 'CI' },
		{ 'a region by its name', words.find( 'regions', 'Sub-Saharan Africa' ), 'SSA' },
		-- Who reads.
		{ 'the nearest language', reader( 'pt-br' ).language, 'pt' },
		{ 'an old code', reader( 'iw' ).language, 'he' },
		{ 'written otherwise', reader( 'ZH_Hans' ).language, 'zh-hans' },
		{ 'through fallbacks', reader( 'arz' ).language, 'ar' },
		{ 'right to left', reader( 'ur' ).direction, 'rtl' },
		{ 'left to right', reader( 'yo' ).direction, 'ltr' },
		-- What we say.
		{ 'a message', words.text( reader( 'en' ), 'until', 'May' ), 'until May' },
		{ 'nobody', words.text( reader( 'en' ), 'count-offers', '0' ), 'Nobody offers this yet' },
		{ 'one person', words.text( reader( 'en' ), 'count-offers', '1' ), '1 person offers this' },
		{ 'three people', words.text( reader( 'en' ), 'count-offers', '3' ), '3 people offer this' },
		{ 'five in Ukrainian', words.text( reader( 'uk' ), 'count-offers', '5' ), '5 людей пропонують це' },
		{ 'two in Ukrainian', words.text( reader( 'uk' ), 'count-offers', '2' ), '2 людини пропонують це' },
		{ 'no such message', words.text( reader( 'en' ), 'nothing-like-it' ), mw.ustring.char( 0x29FC ) .. 'nothing-like-it' .. mw.ustring.char( 0x29FD ) },
		-- Languages, with levels as in Babel or in words.
		{ 'levels', languages( 'en', 'en-3, yo-N' ), 'English (advanced), Yoruba (native)' },
		{ 'levels in words', languages( 'en', 'Swahili (basic); français' ), 'Swahili (basic); French' },
		{ 'in Arabic', languages( 'ar', 'en-3' ), 'الإنجليزية (متقدم)' },
		{ 'said twice', languages( 'ar', 'en-3 (English), fr-2 (الفرنسية)' ), 'الإنجليزية (متقدم), الفرنسية (متوسط)' },
		{ 'a level with a note', languages( 'en', 'EN-3 (rusty)' ), 'English (advanced) (rusty)' },
		{ 'no level in brackets', languages( 'en', 'German (Austria)' ), 'German (Austria)' },
		{ 'no language', languages( 'en', 'xx-9, Elvish' ), 'xx-9, Elvish' },
		-- Lists.
		{ 'as written', list( 'en', '* Grant writing (urgent) – soon' ), '* Grant writing (urgent) – soon' },
		{ 'another name', list( 'en', '* grant writing' ), '* grant writing' },
		{ 'in Arabic', list( 'ar', '* photography (mentoring; expert) – yes' ), '* التصوير الفوتوغرافي (إرشاد; خبير) – yes' },
		{ 'several on a line', list( 'fr', 'photography, knitting socks' ), 'photographie, knitting socks' },
		{ 'a deadline', list( 'de', '* Lua (until 2027-03-01)' ), '* Lua (bis 2027-03-01)' },
		{ 'links stay links', list( 'fr', '* [[Photo|photography]]' ), '* [[Photo|photographie]]' },
		{ 'tables stay', ( items.list( reader( 'fr' ), '{|\n| photography\n|}' ) ), '{|\n| photography\n|}' },
		-- Language and direction of what is shown.
		{ 'named in Arabic', html:find( 'lang="ar" dir="rtl"', 1, true ) ~= nil, true },
		{ 'what was written', items.capacity( reader( 'fr' ), 'Fotografie' ):find( 'title="Fotografie"', 1, true ) ~= nil, true },
		{ 'unlisted', items.capacity( reader( 'fr' ), 'knitting' ), '<bdi lang="" dir="auto">knitting</bdi>' },
		{ 'no markup through a title', items.capacity( reader( 'ar' ), '"><b>' ):find( 'title', 1, true ), nil },
	}
end

-- Run all tests; return a line for each, those that fail first, and their number.
function testcases.results()
	local good, bad = {}, {}
	for _, case in ipairs( cases() ) do
		local name, found, wanted = case[1], case[2], case[3]
		if found == wanted then
			table.insert( good, name )
		else
			table.insert( bad, name .. ': ' .. tostring( found ) .. ', not ' .. tostring( wanted ) )
		end
	end
	return good, bad
end

function testcases.run()
	local good, bad = testcases.results()
	local lines = { #good .. ' passed, ' .. #bad .. ' failed' }
	for _, each in ipairs( bad ) do
		table.insert( lines, '* ✗ ' .. mw.text.nowiki( each ) )
	end
	for _, each in ipairs( good ) do
		table.insert( lines, '* ✓ ' .. each )
	end
	return table.concat( lines, '\n' )
end

return testcases
