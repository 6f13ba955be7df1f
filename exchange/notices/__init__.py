"""What a notice is: the words of it, its marks on a page, and reading both back. Pure functions.

On a talk page a notice is one section of plain wikitext::

    == Capacity Exchange: two people for what you want to learn ==
    {{Capacity Exchange notice|id=0f3a…|lang=en
    |status1= <!-- accepted / in touch / exchanged / not a match / stop -->
    |status2= <!-- … -->
    }}
    <!-- capacity-exchange {"campaign": …} -->
    <div lang="en" dir="ltr" class="mw-content-ltr"> … </div>
    ~~~~

The wrapper template shows where each suggestion stands and carries the answers: a person answers
by writing one word after ``statusN=`` (or ``status=``, for all of them), in any of our languages.
The comment holds what is needed to put the delivery history together again from the wiki alone.
"""
