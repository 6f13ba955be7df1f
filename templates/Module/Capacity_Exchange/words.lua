-- Words: what the Capacity Exchange says, and what capacities, languages and places are called.
--
-- All of it is on JSON pages below this module, which the bot writes, an object of texts each: text/xx (what we say in a
-- language), names/xx (what things are called in it), find/NN (what a name means),
-- find/words (what a word for a method, a level and so on means), settings; and away/N (whose page's id is
-- away by silence), which is there only where somebody is.

local words = {}

-- Over how many pages find/NN is spread; the bot counts in the same way.
local SHARDS = 32
local SPREAD = { capacities = true, languages = true, countries = true }
local APOSTROPHES = '[‘’‚‛ʹʻʼʽˈ`´′‵＇ꞌʾʿ׳]'
local QUOTES = '[“”„‟«»″״〝〞]'
local char = mw.ustring.char
-- Marks that are not seen: soft hyphens, zero widths, directions, tatweels, choices of a picture.
local UNSEEN = '[' .. char( 0xAD, 0x34F, 0x61C, 0x640, 0x180E, 0xFEFF ) .. char( 0x200B ) .. '-' .. char( 0x200F )
	.. char( 0x202A ) .. '-' .. char( 0x202E ) .. char( 0x2060 ) .. '-' .. char( 0x206F )
	.. char( 0xFE00 ) .. '-' .. char( 0xFE0F ) .. ']'
local DASHES = '[' .. char( 0x2010 ) .. '-' .. char( 0x2015 ) .. char( 0x2212, 0x58A, 0x5BE, 0x301C, 0x30A0 ) .. ']'
-- What may stand around a name and is no part of it: quotes, arrows, ticks, pictures.
local SIGNS = ' ,.:*`!?¡¿！？…"\'‹›「」『』《》〈〉' .. char( 0x2190 ) .. '-' .. char( 0x21FF )
	.. char( 0x2300 ) .. '-' .. char( 0x23FF ) .. char( 0x2500 ) .. '-' .. char( 0x27BF )
	.. char( 0x2900 ) .. '-' .. char( 0x297F ) .. char( 0x2B00 ) .. '-' .. char( 0x2BFF )
	.. char( 0x1F000 ) .. '-' .. char( 0x1FAFF )
-- Where the digits of other scripts begin.
local ZEROS = { 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040 }

local pages = {}

-- Return the text of a JSON page below the module.
--
-- mw.loadJsonData would count as an expensive function, of which a page may call 500, and make a table
-- of what a line is needed of.
function words.read( page )
	if not pages[page] then
		local title = mw.title.new( 'Module:⧼module⧽/' .. page .. '.json' )
		pages[page] = title and title:getContent() or '{}'
	end
	return pages[page]
end

-- Return the value of a key on such a page, which MediaWiki keeps with a key a line; nil without one.
local function line_of( page, key )
	local escaped = key:gsub( '["\\]', '\\%0' ):gsub( '[<>&]', function ( sign )
		return string.format( '\\u%04X', sign:byte() )
	end )
	local text = words.read( page )
	local _, last = text:find( '\n\t"' .. escaped .. '": ', 1, true )
	local value = last and text:match( '^"[^\n]*"', last + 1 )
	if value and value:find( '\\', 1, true ) then
		return mw.text.jsonDecode( '[' .. value .. ']' )[1]
	end
	return value and value:sub( 2, -2 )
end

-- Whether the page that is shown holds the profile of somebody who is away by silence: two questions whether
-- they are still available stayed unanswered. The bot spreads the ids over ten pages by their last digit.
function words.is_unheard()
	local id = tostring( mw.title.getCurrentTitle().id )
	return id ~= '0' and line_of( 'away/' .. id:sub( -1 ), id ) ~= nil
end

-- Return a setting, such as the title of the portal; nil where there is none.
function words.setting( name )
	return line_of( 'settings', name )
end

-- Return a language's code in its modern form: "PT_br " is "pt-br".
local function canonical( code )
	code = mw.text.trim( code or '' ):lower():gsub( '_', '-' )
	return words.setting( 'renamed:' .. code ) or code
end

-- Return a language and those that stand in for it, nearest first, English last; nil for no language.
local function chain_of( code )
	code = canonical( code )
	if not code:find( '^%l%l%l?[%l%d-]*$' ) then
		return nil
	end
	local chain = { code }
	local others = words.setting( 'fallbacks:' .. code ) or code:match( '^(%l+)-' ) or ''
	for each in others:gmatch( '%S+' ) do
		table.insert( chain, each )
	end
	if code ~= 'en' then
		table.insert( chain, 'en' )
	end
	return chain
end

-- Return the direction in which a language is written.
function words.direction( code )
	return words.setting( 'rtl:' .. canonical( code ) ) and 'rtl' or 'ltr'
end

local function reader_of( chain )
	local reader = { chain = chain }
	for _, code in ipairs( chain ) do
		-- English stands in for all; somebody who asks for it by name gets it.
		if words.setting( 'texts:' .. code ) and ( code ~= 'en' or chain[1]:find( '^en' ) ) then
			reader.language = reader.language or code
		end
		if words.setting( 'names:' .. code ) and code ~= 'en' then
			reader.named = true
		end
	end
	return reader
end

-- Return who reads: in the language `asked` for, else in that of their interface, else of the page.
--
-- `language` is the one that we speak to them, `chain` those in which names are looked for.
function words.reader( frame, asked )
	local reader
	for _, code in ipairs{ asked or '', '{{int:lang}}', '{{PAGELANGUAGE}}' } do
		local chain = chain_of( frame:preprocess( code ) )
		reader = chain and reader_of( chain )
		if reader and ( reader.language or reader.named ) then
			break
		end
	end
	reader = reader or { chain = { 'en' } }
	reader.language = reader.language or 'en'
	reader.direction = words.direction( reader.language )
	return reader
end

-- Return what text/xx has under a key, in the nearest language that has it.
local function said_in( reader, key )
	for _, code in ipairs( reader.chain ) do
		if words.setting( 'texts:' .. code ) then
			local found = line_of( 'text/' .. code, key )
			if found then
				return found, code
			end
		end
	end
end

-- Return a message with its parameters; a number chooses the form of {{PLURAL:$1|…}}.
function words.text( reader, key, ... )
	local said, code = said_in( reader, 'messages:' .. key )
	if not said then
		return char( 0x29FC ) .. key .. char( 0x29FD )
	end
	local given = { ... }
	said = said:gsub( '{{PLURAL:%$(%d)|(.-)}}', function ( number, forms )
		local language = mw.getLanguage( code )
		return language:plural( tonumber( given[tonumber( number )] ) or 0, mw.text.split( forms, '|', true ) )
	end )
	return ( said:gsub( '%$(%d)', function ( number )
		return given[tonumber( number )] or ''
	end ) )
end

-- Return a part of what notices say in a language, such as the word of an answer.
function words.notice( reader, key )
	return ( said_in( reader, 'notice:' .. key ) )
end

-- Whether what we say to this reader, or write to them in notices, was only translated by a machine.
function words.is_unreviewed( reader, part )
	return line_of( 'text/' .. reader.language, part .. ':unreviewed' ) ~= nil
end

-- Return the word for a method, level or priority: `words.term( reader, 'levels', 'expert' )`.
function words.term( reader, group, id )
	return said_in( reader, group .. ':' .. id )
end

-- Return what a capacity, language, country or region is called, and the language of that name.
function words.name( reader, kind, id )
	for _, code in ipairs( reader.chain ) do
		if words.setting( 'names:' .. code ) then
			local found = line_of( 'names/' .. code, kind .. ':' .. id )
			if found then
				return found, code
			end
		end
	end
	if kind == 'languages' then
		local own = line_of( 'names/own', id )
		return own, own and id
	end
end

local function digit( sign )
	local code = mw.ustring.codepoint( sign )
	for _, zero in ipairs( ZEROS ) do
		if code >= zero and code < zero + 10 then
			return tostring( code - zero )
		end
	end
	return sign
end

-- Fold a name for look-up, as the tool does for ordinary names: case, forms of letters, quotes,
-- dashes and spaces do not count, nor do signs around it. Accents do.
function words.fold( text )
	local plain = not text:find( '[\128-\255&]' )
	if not plain then
		text = mw.ustring.toNFKC( mw.text.decode( text, true ) )
		text = mw.ustring.gsub( text, UNSEEN, '' )
		text = mw.ustring.gsub( text, APOSTROPHES, "'" )
		text = mw.ustring.gsub( text, QUOTES, '"' )
		text = mw.ustring.gsub( text, DASHES, ' ' )
		text = mw.ustring.gsub( text, '[^%D%z0-9]', digit )
		text = mw.ustring.lower( text ):gsub( 'i\204\135', 'i' ):gsub( 'ß', 'ss' ):gsub( 'ς', 'σ' )
		text = mw.ustring.gsub( text, '%s*[,،、;؛]%s*', ', ' )
	else
		text = text:lower():gsub( '`', "'" ):gsub( '%s*[,;]%s*', ', ' )
	end
	text = text:gsub( '[%c_-]', ' ' ):gsub( '%s+', ' ' ):gsub( '^[ ,.:]+', '' ):gsub( '[ ,.:]+$', '' )
	local bare = plain and text:gsub( '^[ ,.:*`!?"\']+', '' ):gsub( '[ ,.:*`!?"\']+$', '' ):gsub( '%s%++$', '' )
		or mw.ustring.gsub( mw.ustring.gsub( text, '^[' .. SIGNS .. ']+', '' ), '[' .. SIGNS .. ']+$', '' )
	return bare ~= '' and bare or text
end

-- Return the number of the page on which a key stands.
local function shard( key )
	local sum = 0
	for at = 1, #key do
		sum = ( sum * 31 + key:byte( at ) ) % 65536
	end
	return string.format( '%02d', sum % SHARDS )
end

-- Return what a name or word means, in whatever language it is written, and in which languages it is
-- another name of that: `words.find( 'capacities', 'grant writing' )`. Kinds are capacities, languages,
-- countries, regions, methods, levels, priorities, kinds, proficiencies and times.
function words.find( kind, written )
	if #written > 300 then
		return nil
	end
	local key = kind .. ':' .. words.fold( written )
	local found = line_of( 'find/' .. ( SPREAD[kind] and shard( key ) or 'words' ), key )
	if found then
		return found:match( '^(%S+)(.*)$' )
	end
end

return words
