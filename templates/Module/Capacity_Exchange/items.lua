-- Items: lists and single values as people wrote them, shown in a reader's language.
--
-- What is known is named in the reader's language; what is not stays as it was written, kept apart
-- from the text around it (bdi) and in a language of its own that nobody knows (lang="").

local words = require( 'Module:⧼module⧽/words' )

local items = {}

local SEPARATORS = { ',', ';', '،', '؛', '、', '，', '；', '・', '•', '|' }
-- Where a name ends at the latest: details in brackets, a note after a dash or colon, any markup.
local ENDS = { '(', '（', '—', ' – ', ' - ', ' -- ', ' ― ', ' · ', ': ', '：' }
local PAIRS = { ['('] = ')', ['（'] = '）' }
-- What a list has to be shown as it is: tables, blocks, what other templates made.
local BLOCKS = { '{|', '<table', '<ul', '<ol', '<dl', '<li', '<div', '<p>', '<p ', '<pre', '\n=' }

-- Return where the first of these signs begins between two places, and where it ends.
local function first( text, at, stop, signs )
	local begin, finish
	for _, sign in ipairs( signs ) do
		local from, to = text:find( sign, at, true )
		if from and to <= stop and ( not begin or from < begin ) then
			begin, finish = from, to
		end
	end
	return begin, finish
end

local function plain( text )
	return ( mw.text.nowiki( text:gsub( '%[%[[^%[%]|]*|', '' ):gsub( "[%[%]]", '' ):gsub( "'''?", '' ) ) )
end

-- Return a text as it was written.
function items.as_written( text )
	if not text:find( '%S' ) then
		return text
	end
	local before, inner, after = text:match( '^(%s*)(.-)(%s*)$' )
	return before .. '<bdi lang="" dir="auto">' .. inner .. '</bdi>' .. after
end

-- Return a name in the language that it is in; what was written instead of it is its title.
--
-- Whoever wrote it with other capitals, or by another name in that language, finds it as it was.
local function named( name, code, written, others )
	local title = ''
	if words.fold( name ) == words.fold( written ) or ( others or '' ):find( ' ' .. code .. ' ', 1, true ) then
		name = written
	else
		title = ' title="' .. plain( written ) .. '"'
	end
	return '<bdi lang="' .. code .. '" dir="' .. words.direction( code ) .. '"' .. title .. '>' .. name .. '</bdi>'
end

-- Return a capacity by its name in the reader's language; nil where none is called so.
local function capacity( reader, written )
	local quotes, inner = written:match( "^('*)(.-)'*$" )
	local target, label = inner:match( '^%[%[([^%[%]|]+)|?([^%[%]]*)%]%]$' )
	local name = target and ( label ~= '' and label or target ) or inner
	local id, others = words.find( 'capacities', name )
	local shown, code = nil, nil
	if id then
		shown, code = words.name( reader, 'capacities', id )
	end
	if not shown then
		return nil
	end
	shown = named( shown, code, name, others .. ' ' )
	if target then
		shown = '[[' .. target .. '|' .. shown .. ']]'
	end
	return #quotes > 1 and quotes .. shown .. quotes or shown
end

-- Return a day, or what somebody wrote for one; a day stays on one line and in its order.
function items.day( text )
	local whole = text:find( '^%d[%d.-]*$' ) and ' style="white-space:nowrap"' or ''
	return '<bdi' .. whole .. '>' .. text .. '</bdi>'
end

-- Return a word for how, how well or how urgent in the reader's language, or nil.
local function detail( reader, written )
	for _, group in ipairs{ 'methods', 'levels', 'priorities' } do
		local id = words.find( group, written )
		local said, code = nil, nil
		if id then
			said, code = words.term( reader, group, id )
		end
		if said then
			return named( said, code, written )
		end
	end
	local word, day = written:match( '^(.-)%s*(%d%d%d%d%-%d%d%-%d%d)$' )
	if day and words.find( 'times', word ) == 'until' then
		return words.text( reader, 'until', items.day( day ) )
	end
end

-- Put each part of a text between its separators through `show`; what that cannot show stays as it is.
local function each( text, show )
	local out, at = {}, 1
	while at <= #text do
		local from, to = first( text, at, #text, SEPARATORS )
		local line = text:find( '\n', at, true )
		if line and ( not from or line < from ) then
			from, to = line, line
		end
		local sign, part, space = text:sub( at, ( from or #text + 1 ) - 1 ):match( '^([%s*#:]*)(.-)(%s*)$' )
		table.insert( out, sign )
		if part ~= '' then
			table.insert( out, show( part ) or items.as_written( part ) )
		end
		table.insert( out, space )
		if not from then
			break
		end
		table.insert( out, text:sub( from, to ) )
		at = to + 1
	end
	return table.concat( out )
end

-- Return the longest known name between two places: where it ends, and the name as it is shown.
local function longest( reader, text, at, stop )
	local ends = { stop }
	local from, to = first( text, at, stop, SEPARATORS )
	while from and #ends < 8 do
		table.insert( ends, 2, from - 1 )
		from, to = first( text, to + 1, stop, SEPARATORS )
	end
	for _, last in ipairs( ends ) do
		local written = mw.text.trim( text:sub( at, last ) )
		local shown = written ~= '' and capacity( reader, written )
		if shown then
			return last, shown
		end
	end
	from = first( text, at, stop, SEPARATORS )
	return from and from - 1 or stop, nil
end

-- Return one line of a list, without the signs before it. A note ends at the line where it has a bullet.
local function line( reader, text, bullet )
	local out, at = {}, 1
	while at <= #text do
		local skip = text:match( '^%s+', at )
		local sign, last = first( text, at, #text, SEPARATORS )
		if skip then
			table.insert( out, skip )
			at = at + #skip
		elseif sign == at then
			table.insert( out, text:sub( at, last ) )
			at = last + 1
		else
			local stop = ( first( text, at, #text, ENDS ) or #text + 1 ) - 1
			local shown
			if stop >= at then
				stop, shown = longest( reader, text, at, stop )
				local written = text:sub( at, stop )
				local bare = mw.text.trim( written )
				shown = shown or detail( reader, bare ) or items.as_written( bare )
				table.insert( out, shown .. written:match( '%s*$' ) )
				at = stop + 1
			end
			local gap, bracket = text:match( '^(%s*)([(（])', at )
			if not bracket and text:find( '^%s*（', at ) then
				gap, bracket = text:match( '^(%s*)', at ), '（'
			end
			local close = bracket and text:find( PAIRS[bracket] or ')', at, true )
			if close then
				local inner = text:sub( at + #gap + #bracket, close - 1 )
				table.insert( out, gap .. bracket .. each( inner, function ( part )
					return detail( reader, part )
				end ) .. PAIRS[bracket] )
				at = close + #PAIRS[bracket]
			end
			local from, to = first( text, at, #text, ENDS )
			if from and not text:sub( at, from - 1 ):find( '%S' ) or ( bracket and not close ) then
				local over = not bullet and first( text, ( to or at ) + 1, #text, SEPARATORS ) or #text + 1
				table.insert( out, text:sub( at, to or at ) )
				table.insert( out, items.as_written( text:sub( ( to or at ) + 1, over - 1 ) ) )
				at = over
			end
		end
	end
	return table.concat( out )
end

-- Whether a text has to be shown as it is: a table, blocks, headings.
local function is_block( text )
	local lower = text:lower()
	for _, sign in ipairs( BLOCKS ) do
		if lower:find( sign, 1, true ) or lower:sub( 1, 2 ) == '{|' then
			return true
		end
	end
	return false
end

-- Return a list of offers or wants in the reader's language, and whether it is ours to align.
function items.list( reader, text )
	if is_block( text ) then
		return text, false
	end
	local lines = mw.text.split( text, '\n', true )
	for number, written in ipairs( lines ) do
		local sign, rest = written:match( '^([*#:;%s]*)(.-)%s*$' )
		if rest ~= '' then
			-- What a template made, or holds markup, is shown as it is.
			local made = rest:find( '[<>{}\127]' )
			lines[number] = sign .. ( made and items.as_written( rest ) or line( reader, rest, sign ~= '' ) )
		end
	end
	return table.concat( lines, '\n' ), true
end

-- Return the name of one capacity in the reader's language, or as it was written.
function items.capacity( reader, text )
	return capacity( reader, text ) or items.as_written( text )
end

-- Return methods, levels or priorities in the reader's language.
function items.details( reader, text )
	return each( text, function ( part )
		return detail( reader, part )
	end )
end

-- Return the code of a language and the level that stand in a text, "" where none does; nil if it is none.
local function language_and_level( written )
	local code = words.find( 'languages', written )
	if code then
		return code, ''
	end
	local name, level = written:match( '^(.-)[%s_:-]+([0-5nN])$' )
	if not name then
		name, level = written:match( '^(.-)([0-5])$' )
	end
	code = name and words.find( 'languages', name )
	if code then
		return code, level:lower()
	end
	name, level = written:match( '^(.-)%s*[(:]%s*(.-)%s*%)?$' )
	code = name and words.find( 'languages', name )
	level = code and ( level:match( '^[0-5nN]$' ) or words.find( 'proficiencies', level ) )
	if level then
		return code, level:lower()
	end
end

local function language( reader, written )
	local code, level = language_and_level( written )
	local name, of = nil, nil
	local bare, note = written:match( '^(.-)%s*%((.-)%)$' )
	if not code and bare and language_and_level( bare ) then
		code, level = language_and_level( bare )
		-- "en-3 (English)" says its language twice; "en-3 (rusty)" says more.
		if words.find( 'languages', note ) ~= code then
			return language( reader, bare ) .. ' (' .. items.as_written( note ) .. ')'
		end
	end
	if code then
		name, of = words.name( reader, 'languages', code )
	end
	if not name then
		return nil
	end
	local said = level ~= '' and words.term( reader, 'proficiencies', 'level-' .. level )
	return named( name, of, written ) .. ( said and ' (' .. said .. ')' or '' )
end

-- Return languages with their levels: "en-3" is "English (advanced)".
function items.languages( reader, text )
	return each( text, function ( part )
		return language( reader, part )
	end )
end

-- Return a country or region, by its code or any name, in the reader's language.
function items.place( reader, kind, text )
	local id = words.find( kind, text )
	local name, code = nil, nil
	if id then
		name, code = words.name( reader, kind, id )
	end
	return name and named( name, code, text ) or items.as_written( text )
end

return items
